/** Trial writes into a repository by every node. */
export interface VerifyRepository {
  readonly type: 'verifyRepository';
  readonly repository: string;
  /** What uses the connection must be observed while everything is paused. */
  readonly canWait: true;
}

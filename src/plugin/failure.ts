import { isKubernetesError } from '../kubernetes/errors.ts';
import type { KubernetesError, KubernetesErrorClass } from '../kubernetes/errors.ts';

/** What the exit code says; docs/guides/kubectl-plugin.md has them for users. */
export const EXIT = { good: 0, no: 1, usage: 2, cluster: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end that is explained to the person at the terminal: the thing, the reason, the cure. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
  readonly exit: ExitCode;
  constructor(exit: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
  }
}

/** Arguments that cannot be used. */
export const misused = (message: string): PluginError => new PluginError(EXIT.usage, message);
/** The answer is no. */
export const refused = (message: string): PluginError => new PluginError(EXIT.no, message);

const CURES: Partial<Record<KubernetesErrorClass, string>> = {
  unavailable: 'The API server does not answer. Check --context and --kubeconfig, and the network.',
  unauthorized: 'The API server does not know this login. Log in again, or choose another --context.',
  forbidden:
    'This login may not do that. Ask for the role; `kubectl auth can-i --list` shows what it may do.',
  kindNotInstalled:
    'The definitions of es-steward are not installed: kubectl apply --server-side -f deploy/crds',
  throttled: 'The API server is overloaded. Try again.',
};

/** What went wrong, for the person at the terminal. What is no fault of the cluster passes as it is. */
export function explained(error: unknown): unknown {
  if (!isKubernetesError(error)) return error;
  return new PluginError(EXIT.cluster, `${error.message}\n${cureOf(error)}`.trimEnd(), { cause: error });
}

const cureOf = (error: KubernetesError): string => CURES[error.class] ?? '';

/** The commands, as help and invocation know them. */

export interface Command {
  readonly summary: string;
  readonly usage: string;
  readonly text: string;
  readonly flags: readonly Flag[];
  readonly examples: readonly (readonly [command: string, meaning: string])[];
}

export type Flag = keyof typeof flagTexts;

export const flagTexts = {
  output: '-o, --output=json|yaml   For programs.',
  check: '--check                  End with 1 when somebody has to act.',
  yes: '-y, --yes                Do not ask.',
  hash: '--hash=HASH              Approve only if the plan has this hash: for scripts that have shown it before.',
  'discard-new-writes':
    '--discard-new-writes     Move back although the new index has taken writes, and lose them.',
  'no-wait': '--no-wait                Ask for it and do not wait for what comes of it.',
  timeout: '--timeout=DURATION       Stop waiting after this time, such as 90s or 2h.',
  to: '--to=PATH                A name that ends with .tar.gz, or a folder. Default es-steward-report-TIME.tar.gz',
  tail: '--tail=LINES             Lines of each log. Default 5000',
} as const;

export type CommandName = 'status' | 'watch' | 'plan' | 'approve' | 'rollback' | 'report';

export const commands: Readonly<Record<CommandName, Command>> = {
  status: {
    summary: 'One look at everything: what is good, what is not, and what to do',
    usage: 'status [KIND/NAME ...]',
    text: 'Lists connections, copies, snapshot schedules and policies of a namespace, and whether the operator lives.',
    flags: ['output', 'check'],
    examples: [
      ['status', 'the namespace of the present context'],
      ['status -A --check', 'everything; ends with 1 when somebody has to act'],
    ],
  },
  watch: {
    summary: 'Progress of copies and snapshots, live',
    usage: 'watch [KIND/NAME ...]',
    text: 'Without names: every copy and snapshot that runs. Ends when the last of them has ended: with 0 if all ended well, else with 1. A schedule that is named and idle is waited for until its next snapshot has ended.',
    flags: ['timeout'],
    examples: [
      ['watch', 'all that runs in this namespace'],
      ['watch reindex/products-v2 --timeout=2h', 'one copy, for two hours at most'],
    ],
  },
  plan: {
    summary: 'What would be done: deletions, what stays and why, the hash',
    usage: 'plan KIND/NAME',
    text: 'Shows the plan of an IndexMaintenancePolicy or of a ReindexRequest (with spec.dryRun: before anything is done).',
    flags: ['output'],
    examples: [['plan imp/logs', 'what the policy would delete']],
  },
  approve: {
    summary: 'Approve exactly the plan that is shown',
    usage: 'approve KIND/NAME',
    text: 'Shows the plan, asks, and writes its hash into the annotation es-steward.dev/approve, unless the plan has changed meanwhile.',
    flags: ['yes', 'hash'],
    examples: [
      ['approve imp/logs', 'look, then answer'],
      ['approve imp/logs --yes --hash=3f9a0c1d2e4b5a69', 'for scripts'],
    ],
  },
  rollback: {
    summary: 'Move the aliases of a copy back',
    usage: 'rollback NAME',
    text: 'Says what will happen, asks, and waits for what comes of it. Only while the copy is in its rollback window. If the new index has taken writes it is refused, unless they may be lost.',
    flags: ['discard-new-writes', 'yes', 'no-wait', 'timeout'],
    examples: [['rollback products-v2', 'refused if anything would be lost']],
  },
  report: {
    summary: 'A bundle for a bug report, without secrets',
    usage: 'report',
    text: 'Collects resources, events, logs and metrics of the operator and versions. Secrets are neither read nor written; what looks like one is masked, and so is what documents hold. Look through it before you send it.',
    flags: ['to', 'tail'],
    examples: [['report -A --to=/tmp/report', 'everything, into a folder']],
  },
};

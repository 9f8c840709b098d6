import { conditionsOf } from '../../src/runtime/conditions.ts';
import { decide } from '../../src/controllers/index-maintenance-policy/decide.ts';
import type { Step } from '../../src/controllers/index-maintenance-policy/rest.ts';
import { dueOf } from '../../src/controllers/index-maintenance-policy/due.ts';
import type { Observed, Run } from '../../src/controllers/index-maintenance-policy/observed.ts';
import type { IndexMaintenancePolicy } from '../../src/crds/index-maintenance-policy.ts';
import { policyOf, type SpecPart } from './maintenance-facts.ts';

/** A policy that lives through passes, as the engine would write it. */
export class PolicyLife {
  policy: IndexMaintenancePolicy;
  last: Step | undefined;

  constructor(targets: readonly SpecPart[], more: SpecPart = {}) {
    this.policy = policyOf(targets, more);
  }

  due(now: number) {
    return dueOf(this.policy, now);
  }

  /** One pass; effects are left to the test. */
  pass(observed: Observed, now: number): Step {
    const step = decide(this.policy, observed, now);
    this.last = step;
    const context = { previous: this.policy.status?.conditions ?? [], generation: this.generation, now };
    const conditions = conditionsOf(step.ready, step.conditions ?? [], context);
    this.policy = {
      ...this.policy,
      status: { ...step.status, conditions, observedGeneration: this.generation },
    };
    return step;
  }

  get generation(): number {
    return this.policy.metadata.generation;
  }

  get status() {
    return this.policy.status ?? {};
  }

  annotate(annotations: Record<string, string>): void {
    this.policy = { ...this.policy, metadata: { ...this.policy.metadata, annotations } };
  }

  change(spec: SpecPart): void {
    const metadata = { ...this.policy.metadata, generation: this.generation + 1 };
    this.policy = { ...this.policy, metadata, spec: { ...this.policy.spec, ...spec } };
  }

  /** What perform reports of a batch. */
  deleted(count: number, failed = 0, firstFailure?: Run['firstFailure']): void {
    const { run, plan, ...status } = this.status;
    if (run === undefined || plan === undefined) throw new Error('no run is under way');
    const { batch: _batch, ...rest } = plan;
    const told = firstFailure === undefined ? {} : { firstFailure };
    const counted = { ...run, ...told, deleted: run.deleted + count, failed: run.failed + failed };
    this.policy = { ...this.policy, status: { ...status, plan: rest, run: counted } };
  }

  /** What perform reports of aliases. */
  aliased(): void {
    const { run, ...status } = this.status;
    if (run === undefined) throw new Error('no run is under way');
    this.policy = { ...this.policy, status: { ...status, run: { ...run, aliasesTried: true } } };
  }

  approve(): void {
    this.annotate({ 'es-steward.dev/approve': this.status.plan?.hash ?? '' });
  }
}

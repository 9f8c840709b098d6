import type { ActionLike, StatusChange } from './controller.ts';

/** What one action does, and what of the answer is to be remembered. */
export type Effect<Action, Context, Status> = (
  action: Action,
  context: Context,
) => Promise<StatusChange<Status> | void>;

/** The effects of a kind, one for each type of its actions. */
export type Effects<Action extends ActionLike, Context, Status> = {
  readonly [Type in Action['type']]: Effect<Extract<Action, { readonly type: Type }>, Context, Status>;
};

/** The effect that is meant for an action. */
export function effectOf<Action extends ActionLike, Context, Status>(
  effects: Effects<Action, Context, Status>,
  action: Action,
): Effect<Action, Context, Status> {
  const type: Action['type'] = action.type;
  // A cast: the table has one effect per type, which the compiler cannot follow through the union.
  return effects[type] as Effect<Action, Context, Status>;
}

import type { MovedAlias, ReindexAction } from './actions.ts';
import { copyScript } from './script.ts';
import { anyDocument, creationBody } from './destination.ts';
import { valuesToRestore } from './destination-settings.ts';
import type { IndexFacts } from './observed.ts';
import { preparedMark, sampleRequest } from './requests.ts';
import { aliasesToMove, type Situation } from './situation.ts';
import { trialBody } from './trial-body.ts';
import { triedSettings } from './tried-settings.ts';

export function trial(situation: Situation, source: IndexFacts): ReindexAction {
  const { spec } = situation;
  const made = preparedMark(situation, source);
  const like = likeDestination(situation, source);
  const own = like && creationBody(like.spec, like.facts, made);
  const body = own ? trialBody(own) : anyDocument(made);
  const reindex = sampleRequest(spec, source.name, copyScript(spec.transform));
  const aliases = like ? filteredAliases(situation, source) : [];
  const { spec: asked, facts } = like ?? { spec: spec.destination, facts: source };
  const later = triedSettings(valuesToRestore(asked, facts, own?.settings ?? {}));
  const trying = { type: 'TryOut', body, reindex, aliases, later } as const;
  const { pipeline, ...before } = spec.transform ?? {};
  if (pipeline === undefined) return trying;
  const simulation = {
    pipeline,
    body: anyDocument(made),
    reindex: sampleRequest({ ...spec, transform: before }, source.name, copyScript(before)),
  };
  return { ...trying, simulation };
}

/** The rest of a definition fits any index. */
function filteredAliases({ spec }: Situation, source: IndexFacts): readonly MovedAlias[] {
  return Object.entries(aliasesToMove(spec, source)).flatMap(([name, definition]) =>
    definition['filter'] === undefined ? [] : [{ name, definition }],
  );
}

/**
 * No index template fits the name of the trial: what they give the destination is laid below. Undefined where it is not
 * known: then mappings are not judged, rather than by what they are not.
 */
function likeDestination({ spec, observed }: Situation, source: IndexFacts) {
  const { destination } = spec;
  const facts = observed.preflight?.template;
  if (facts) return { spec: { ...destination, createFrom: 'Source' } as const, facts };
  return destination.createFrom === 'Template' ? undefined : { spec: destination, facts: source };
}

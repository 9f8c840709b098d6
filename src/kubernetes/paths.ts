import type { KindRef, ObjectRef } from './api.ts';

/** `/apis/GROUP/VERSION/namespaces/NS/PLURAL?query`; the core group has its own root, '' is no namespace. */
export function kindPath(
  kind: KindRef,
  namespace?: string,
  query: Readonly<Record<string, string>> = {},
): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope =
    namespace === undefined || namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const search = new URLSearchParams(query).toString();
  return `${root}${scope}/${kind.plural}${search === '' ? '' : `?${search}`}`;
}

export function objectPath(ref: ObjectRef, subresource?: string): string {
  const path = `${kindPath(ref.kind, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

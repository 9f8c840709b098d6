import { GENERATED, type GeneratedFile } from '../files.ts';
import { type Panel, type Row, rows } from './panels.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const WIDTH = 24;
const HEIGHTS = { timeseries: 7, table: 7, stat: 4 } as const;

/** To be imported into Grafana; and in short for the chart, whose release must fit into a Secret. */
export const dashboards = (): readonly GeneratedFile[] => [
  { path: 'deploy/observability/dashboard.json', content: `${JSON.stringify(dashboard(), undefined, 2)}\n` },
  { path: 'deploy/helm/es-steward/files/dashboard.json', content: `${JSON.stringify(dashboard())}\n` },
];

function dashboard() {
  return {
    uid: 'es-steward',
    title: 'es-steward',
    description: `Copies, snapshots, maintenance and connections of es-steward. ${GENERATED}`,
    tags: ['elasticsearch', 'es-steward'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: { list: variables },
    annotations: { list: [] },
    panels: placed(rows),
  };
}

const variables = [
  { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
  chosenFrom('job', 'Job', 'label_values(es_steward_build_info, job)'),
  chosenFrom('namespace', 'Namespace', 'label_values(es_steward_resource_ready, namespace)'),
];

function chosenFrom(name: string, label: string, definition: string) {
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    definition,
    query: { query: definition, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
  };
}

/** Row after row, panels from left to right; a panel that does not fit begins a new line. */
function placed(all: readonly Row[]): readonly object[] {
  let id = 0;
  let y = 0;
  return all.flatMap(({ title, panels }) => {
    const head = {
      id: (id += 1),
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: box(0, y, WIDTH, 1),
    };
    y += 1;
    let x = 0;
    let lineHeight = 0;
    const drawn = panels.map((panel) => {
      const { width = 8 } = panel;
      if (x + width > WIDTH) [x, y, lineHeight] = [0, y + lineHeight, 0];
      const height = HEIGHTS[panel.type];
      const gridPos = box(x, y, width, height);
      x += width;
      lineHeight = Math.max(lineHeight, height);
      return { id: (id += 1), ...panelOf(panel), gridPos };
    });
    y += lineHeight;
    return [head, ...drawn];
  });
}

const box = (x: number, y: number, w: number, h: number) => ({ x, y, w, h });

function panelOf({ title, type, unit, queries }: Panel) {
  const targets = queries.map(([expr, legendFormat], at) => ({
    refId: String.fromCodePoint(65 + at),
    datasource: DATASOURCE,
    expr,
    legendFormat,
    ...(type === 'timeseries' ? {} : { instant: true, range: false }),
    ...(type === 'table' ? { format: 'table' } : {}),
  }));
  return {
    title,
    type,
    datasource: DATASOURCE,
    targets,
    fieldConfig: { defaults: { unit, ...DEFAULTS[type] }, overrides: [] },
    options: OPTIONS[type],
    ...(type === 'table' ? { transformations: HIDE_TIME } : {}),
  };
}

const DEFAULTS = {
  timeseries: { custom: { drawStyle: 'line', lineWidth: 1, fillOpacity: 5, showPoints: 'never' } },
  stat: {},
  table: {},
} as const;

const OPTIONS = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: {
    reduceOptions: { calcs: ['lastNotNull'] },
    colorMode: 'value',
    graphMode: 'none',
    textMode: 'auto',
  },
  table: { showHeader: true },
} as const;

const HIDE_TIME = [{ id: 'organize', options: { excludeByName: { Time: true } } }];

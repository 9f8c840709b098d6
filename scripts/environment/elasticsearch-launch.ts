import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isRoot, unprivilegedUser } from './cache.ts';
import type { ElasticsearchProgram } from './elasticsearch-recipe.ts';
import { type Launch, pidFile, type ServerProcess } from './processes.ts';

/** The sub-folders of a node's folder. */
export function nodeFolders({
  folder,
}: ServerProcess): Readonly<Record<'config' | 'data' | 'logs' | 'temporary', string>> {
  return {
    config: join(folder, 'config'),
    data: join(folder, 'data'),
    logs: join(folder, 'logs'),
    temporary: join(folder, 'temporary'),
  };
}

/**
 * The command of the shell scripts that the zip lacks: a launcher that starts the server in the background, waits until
 * it is up and ends. Elasticsearch 9.4 has a launcher of its own, the older ones share one with the command line tools.
 */
export function elasticsearchLaunch({ home, java }: ElasticsearchProgram, server: ServerProcess): Launch {
  const { config, temporary } = nodeFolders(server);
  const hasServerLauncher = existsSync(join(home, 'lib/tools/server-launcher'));
  const libraries = ['lib', 'lib/cli-launcher', ...(hasServerLauncher ? ['lib/tools/server-launcher'] : [])];
  const javaFile = join(java, 'bin/java');
  const properties = {
    'cli.name': 'server',
    'cli.script': join(home, 'bin/elasticsearch'),
    'cli.libs': 'lib/tools/server-cli',
    'es.path.home': home,
    'es.path.conf': config,
    'es.distribution.type': 'tar',
    'es.java.type': 'ES_JAVA_HOME',
  };
  return {
    command: [
      javaFile,
      '-Xms4m',
      '-Xmx64m',
      '-XX:+UseSerialGC',
      ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
      '-cp',
      libraries.map((folder) => join(home, folder, '*')).join(delimiter),
      hasServerLauncher
        ? 'org.elasticsearch.server.launcher.ServerLauncher'
        : 'org.elasticsearch.launcher.CliToolLauncher',
      '-d',
      '-p',
      pidFile(server),
    ],
    env: {
      ...process.env,
      JAVA: javaFile,
      JAVA_TYPE: 'ES_JAVA_HOME',
      ES_JAVA_HOME: java,
      ES_HOME: home,
      ES_PATH_CONF: config,
      ES_DISTRIBUTION_TYPE: 'tar',
      ES_TMPDIR: temporary,
    },
    cwd: home,
    ...(isRoot() && { user: unprivilegedUser }),
  };
}

import { beforeAll, describe, expect, it } from 'vitest';
import { aliases, type City, loadCities, readCities } from '../../scripts/demo/cities.ts';
import { readAlong } from '../../scripts/demo/reader.ts';
import { samplesFor } from '../../scripts/demo/samples.ts';
import { checkResult } from '../../scripts/demo/verdict.ts';
import { say } from '../../scripts/environment/progress.ts';
import { eventually } from '../support/eventually.ts';
import {
  copyOfCities,
  readRequest,
  slowly,
  throttle,
  untilCompleted,
  untilInTheMiddle,
  untilItSaysPaused,
} from './copies.ts';
import { definitionsOfCheckout, definitionsOfCluster, makeOlder } from './definitions.ts';
import { hindered, holdings, leader, operatorPods, pacesOfTasks, type Pod, processOf } from './facts.ts';
import { type Installation, namespace, openInstallation } from './installation.ts';

/**
 * The product as a user has it: image and chart of this checkout in a cluster of kind, and a real Elasticsearch outside
 * of it, with a password and TLS. One story from an empty cluster to one without the operator: every step stands on the
 * one before, and the first that fails ends it.
 */
describe('the installed product', () => {
  let user: Installation;
  let cities: readonly City[];

  beforeAll(() => {
    user = openInstallation();
    cities = readCities();
  });

  it('is installed by one command in a namespace that enforces the level restricted', async () => {
    await user.kubectl('create', 'namespace', namespace);
    await user.kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
    await user.helm('install');
    // Helm may have done waiting a moment before the second one is.
    const pods = await eventually('both pods are ready', async () => {
      const found = await operatorPods(user);
      return found.length === 2 && found.every(({ ready }) => ready) ? found : undefined;
    });
    expect(pods.map(({ restarts }) => restarts)).toEqual([0, 0]);
    const names = pods.map(({ name }) => name);
    await eventually('one of the pods leads', async () => names.includes(await leader(user)));
    const privileged = user.kubectl('run', 'root', '--image=any', '--privileged');
    await expect(privileged).rejects.toThrow(/violates PodSecurity "restricted/);
  });

  it('runs as nobody in particular, who can neither write files nor become anybody else', async () => {
    for (const pod of await operatorPods(user)) {
      const { status, root } = await processOf(user, pod);
      expect(status).toMatchObject({
        Uid: '65532\t65532\t65532\t65532',
        Gid: '65532\t65532\t65532\t65532',
        CapEff: '0000000000000000',
        CapBnd: '0000000000000000',
        NoNewPrivs: '1',
        Seccomp: '2',
      });
      expect(root).toContain('ro');
    }
  });

  it('copies exactly when the pod that leads is killed in the middle', async () => {
    await loadCities(user.elasticsearch, cities);
    await user.apply(samplesFor({ ...user.stage.elasticsearch, url: user.stage.elasticsearchForPods }));
    await user.kubectl('wait', '--for=condition=Ready', '--timeout=60s', 'esconn/main');
    await throttle(user, 'cities-v2', slowly);
    const reader = readAlong(user.elasticsearch, 'cities');
    try {
      const before = await untilInTheMiddle(user, 'cities-v2');
      const killed = await leader(user);
      await user.kubectl('delete', 'pod', killed, '--grace-period=0', '--force');
      const next = await eventually(
        'another pod leads',
        async () => {
          const holder = await leader(user);
          return holder !== '' && holder !== killed ? holder : undefined;
        },
        60_000,
      );
      say(`  ${killed} was killed at ${before.status.progress?.percent ?? 0}%; ${next} goes on`);
      await throttle(user, 'cities-v2', 0);
      await untilCompleted(user, 'cities-v2');
      const request = await readRequest(user, 'cities-v2');
      const checks = await checkResult(user.elasticsearch, cities, request, await reader.stop());
      for (const { claim, holds, found } of checks) say(`  ${holds ? 'ok' : 'WRONG'}: ${claim} (${found})`);
      expect(checks.filter(({ holds }) => !holds)).toEqual([]);
    } finally {
      await reader.stop();
    }
  });

  it('shows all that to who asks with kubectl', async () => {
    await user.kubectl(
      'wait',
      '--for=jsonpath={.status.lastSnapshot.state}=SUCCESS',
      '--timeout=60s',
      'snapshotschedule/cities',
    );
    const table = await user.kubectl('get', 'es-steward');
    say(table);
    expect(table).toMatch(/elasticsearchconnection\S+\/main +True +(green|yellow)/);
    expect(table).toMatch(/reindexrequest\S+\/cities-v2 +Completed +100% +cities-v1 +cities-v2/);
    expect(table).toMatch(/snapshotschedule\S+\/cities +True .* SUCCESS +1 /);
    expect(table).toMatch(/indexmaintenancepolicy\S+\/logs +True +DryRun +0/);
    const events = await user.kubectl('events', '--for=reindexrequest/cities-v2');
    say(events);
    expect(events).toMatch(/Normal +Completed/);
    expect(events).not.toMatch(/Warning/);
  });

  it('copies exactly when the node dies in the middle, and everything in it', async () => {
    await user.apply(copyOfCities('cities-v2', 'cities-v3'));
    const before = await untilInTheMiddle(user, 'cities-v3');
    const pods = await operatorPods(user);
    await user.docker('kill', user.stage.nodeContainer);
    say(`  the node was killed at ${before.status.progress?.percent ?? 0}%`);
    await user.docker('start', user.stage.nodeContainer);
    await eventually('the API server answers again', () => user.kubectl('get', '--raw', '/readyz'), 120_000);
    await eventually(
      'the operator was started again',
      async () => (await operatorPods(user)).some(({ ready, restarts }) => ready && restarts > 0),
      180_000,
    );
    expect((await operatorPods(user)).map(({ name }) => name).toSorted()).toEqual(
      pods.map(({ name }) => name).toSorted(),
    );
    await throttle(user, 'cities-v3', 0);
    await untilCompleted(user, 'cities-v3');
    await expectCopied('cities-v3', 'cities-v2');
  });

  it('is upgraded in the middle of a copy, its kinds too, and holds still while it is paused', async () => {
    await makeOlder(user, 'reindexrequests');
    expect(await definitionsOfCluster(user)).not.toEqual(definitionsOfCheckout());
    await user.apply(copyOfCities('cities-v3', 'cities-v4'));
    await untilInTheMiddle(user, 'cities-v4');
    const before = await operatorPods(user);
    await user.helm('upgrade', 'paused=true', 'logLevel=debug');
    await eventually(
      'new pods are there, and the old ones have ended',
      async () => {
        const after = await operatorPods(user);
        const isOld = ({ name }: Pod): boolean => before.some((old) => old.name === name);
        return after.length === 2 && after.every((pod) => pod.ready && !isOld(pod));
      },
      60_000,
    );
    expect(await definitionsOfCluster(user)).toEqual(definitionsOfCheckout());
    const tasks = await pacesOfTasks(user.elasticsearch);
    await throttle(user, 'cities-v4', 0);
    await untilItSaysPaused(user, 'cities-v4');
    // A connection has nothing to do that could not wait, and whoever uses it must not go blind.
    expect(await user.kubectl('get', 'esconn', 'main')).toMatch(/main +True/);
    expect(await pacesOfTasks(user.elasticsearch)).toEqual(tasks);
    expect((await holdings(user.elasticsearch)).aliases).toMatchObject({ 'cities-v3': { aliases } });
    await user.helm('upgrade', 'paused=false', 'logLevel=info');
    await untilCompleted(user, 'cities-v4');
    await expectCopied('cities-v4', 'cities-v3');
  });

  it('is uninstalled without a trace in Elasticsearch, and leaves kinds and resources', async () => {
    const before = await holdings(user.elasticsearch);
    const copies = ['cities-v1', 'cities-v2', 'cities-v3', 'cities-v4'];
    expect(Object.keys(before.documents)).toEqual([...copies, 'es-steward-locks']);
    expect(before.snapshots).toHaveLength(1);
    await user.uninstall();
    await eventually('its pods have ended', async () => (await operatorPods(user)).length === 0, 60_000);
    expect(await user.kubectl('get', 'es-steward')).toMatch(/cities-v4 +Completed/);
    expect(await definitionsOfCluster(user)).toEqual(definitionsOfCheckout());
    expect(await holdings(user.elasticsearch)).toEqual(before);
    // Nothing waits for an operator that is gone.
    await user.kubectl('delete', 'namespace', namespace, '--timeout=90s');
    // All at once, they would stop each other's watch caches, and the API server's cleanup backs off for long then.
    for (const { name } of definitionsOfCheckout())
      await user.kubectl('delete', 'crd', '--timeout=60s', name);
    expect(await holdings(user.elasticsearch)).toEqual(before);
  });

  async function expectCopied(index: string, from: string): Promise<void> {
    const { documents, aliases: definitions } = await holdings(user.elasticsearch);
    expect(documents[index]).toBe(cities.length);
    expect(documents[from]).toBe(cities.length);
    expect(definitions).toMatchObject({ [index]: { aliases }, [from]: { aliases: {} } });
    expect(await hindered(user.elasticsearch)).toEqual([]);
    const { metadata, status } = await readRequest(user, index);
    expect(metadata.finalizers).toEqual([]);
    expect(status.phase).toBe('Completed');
  }
});

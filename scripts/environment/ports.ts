import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the range from which systems give ports to outgoing connections: while one of our servers is down, nobody
// happens to sit on its port, and it comes back where its clients look for it.
const lowest = 20_000;
const highest = 32_000;

/** Free ports of the loopback interface, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** A server that comes back needs its old port: its clients know no other. */
export async function requireFree(port: number, server: string): Promise<void> {
  if (await isFree(port)) return;
  throw new Error(
    `${server} was given port ${port}, where another process listens now. Stop that one, or start over with ` +
      '`npm run env -- down --wipe`.',
  );
}

/** Whether nobody listens on a port of the loopback interface. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false; // Taken: whatever the reason, nothing of ours can listen there.
  }
  server.close();
  await once(server, 'close');
  return true;
}

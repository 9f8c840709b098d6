import { pbkdf2Sync, randomBytes } from 'node:crypto';

/** A user of the file realm. */
export type FileUser = { readonly username: string; readonly password: string };

/** The files of the file realm for one superuser, hashed as `xpack.security.authc.password_hashing.algorithm: pbkdf2`. */
export function fileRealm({ username, password }: FileUser): Readonly<Record<string, string>> {
  const cost = 10_000;
  const salt = randomBytes(32);
  const hash = pbkdf2Sync(password, salt, cost, 32, 'sha512');
  return {
    users: `${username}:{PBKDF2}${cost}$${salt.toString('base64')}$${hash.toString('base64')}\n`,
    users_roles: `superuser:${username}\n`,
  };
}

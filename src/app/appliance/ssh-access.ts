// Who may sign in by SSH: keys that Raspberry Pi Imager was given, in the folder that sshd reads (systemd/conf/sshd.conf). Whoever gave one
// wants SSH, so it opens the port in the local network, unless the settings say otherwise.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { BoxConfig } from "../../config/index.ts";
import type { HostView } from "../../protocol/index.ts";
import { readIfThere } from "../data-folder.ts";

/** Of root's, readable by the box: a file for each user, with the keys that let him in. */
export const SSH_KEYS_FOLDER = "/var/lib/numberbox-host/ssh";

/** Addresses that no router of the internet knows (RFC 1918, 3927, 4193, 4291): who comes from there is in the same network. */
export const LOCAL_NETWORKS: readonly string[] = [
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"],
  ...["fc00::/7", "fe80::/10"],
];

export type SshOpening = "shut" | "local" | "all";

/** Pure. */
export function sshOpening({ host }: BoxConfig, hasKey: boolean): SshOpening {
  const { ssh } = host.firewall;
  if (ssh !== undefined) return ssh ? "all" : "shut";
  return hasKey ? "local" : "shut";
}

type SshKey = NonNullable<HostView["ssh"]>["keys"][number];

/** Of each key whose it is and what it says of itself. What cannot be read lets nobody in. Never rejects. */
export async function readSshAccess(folder: string): Promise<readonly SshKey[]> {
  const users = (await readdir(folder).catch(() => [])).filter((name) => /^[a-z][a-z0-9_-]{0,30}$/.test(name)).sort();
  const files = await Promise.all(
    users.map(async (user) => [user, (await readIfThere(join(folder, user)).catch(() => null)) ?? ""] as const),
  );
  return files.flatMap(([user, text]) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const [type = "", , ...comment] = line.split(" ");
        return { user, type, comment: comment.join(" ") };
      }),
  );
}

/** For the console. Never rejects. */
export async function sshView(config: BoxConfig, folder = SSH_KEYS_FOLDER): Promise<NonNullable<HostView["ssh"]>> {
  const keys = await readSshAccess(folder);
  return { open: sshOpening(config, keys.length > 0), keys: [...keys] };
}

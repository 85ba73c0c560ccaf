// What an operator hears before and after: what will be done, and where to go on.

import { networkInterfaces } from "node:os";
import type { BoxConfig } from "../../src/config/index.ts";
import type { InstallPlan } from "./plan.ts";

const WHAT = { box: "the box", relay: "the relay" } as const;

/** What will be done, before it is. `missing`: Debian packages to install. */
export function planText(plan: InstallPlan, missing: readonly string[], version: string): string {
  const folders = [...new Set(plan.files.map(({ target }) => target.slice(0, target.lastIndexOf("/"))))].sort();
  return [
    `Numberbox ${version}: ${plan.roles.map((role) => WHAT[role]).join(" and ")}`,
    `  packages of Debian  ${missing.length === 0 ? "all there" : missing.join(", ")}`,
    "  program             /usr/lib/numberbox, with a Node of its own",
    `  files in            ${folders.join(", ")}`,
    `  services            ${plan.enable.join(", ")}`,
    `  data                ${plan.state.filter((path) => path.startsWith("/var/lib/")).join(", ")}`,
    "",
  ].join("\n");
}

/** Where a browser finds the console. `own`: addresses of the machine. */
export function consoleAddresses({ web }: Pick<BoxConfig, "web">, own: readonly string[]): readonly string[] {
  const secure = web.tls.mode !== "off";
  const { host, port } = secure ? web.tls.listen : web.listen;
  const [scheme, usual] = secure ? ["https", 443] : ["http", 80];
  const everywhere = host === "0.0.0.0" || host === "::";
  const hosts = everywhere ? (own.length === 0 ? ["127.0.0.1"] : own) : [host];
  const end = port === usual ? "/" : `:${port}/`;
  return hosts.map((each) => `${scheme}://${each.includes(":") ? `[${each}]` : each}${end}`);
}

export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4")
    .map(({ address }) => address);
}

/** `code`: what the first visitor types; null where the box has an owner. */
export function boxText(addresses: readonly string[], code: string | null): string {
  return [
    `The box runs. Its console: ${addresses.join(" or ")}`,
    code === null
      ? "It has an owner already."
      : `The first visitor becomes its owner by this code: ${code} (also: sudo cat /var/lib/numberbox/claim-code)`,
    "Its commands: sudo -u numberbox numberbox …, for instance doctor",
    "",
  ].join("\n");
}

/** `configured`: whether the relay has its settings. */
export function relayText(configured: boolean): string {
  if (configured) return "The relay runs.\n";
  return [
    "The relay is installed, and waits for its settings:",
    "  sudo install -o numberbox-relay -m 600 /usr/share/numberbox/relay.yaml /var/lib/numberbox-relay/relay.yaml",
    "  sudo nano /var/lib/numberbox-relay/relay.yaml",
    "  sudo systemctl start numberbox-relay",
    "",
  ].join("\n");
}

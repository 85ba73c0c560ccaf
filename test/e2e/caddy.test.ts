// The Caddyfile of the example cluster, with Debian's Caddy in front of a relay.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkProxy } from "./relay-proxy.ts";

const EXAMPLE = fileURLToPath(new URL("../../systemd/relay-cluster/Caddyfile", import.meta.url));

checkProxy({
  name: "Caddy",
  program: ["/usr/bin/caddy", "/usr/local/bin/caddy"].find((path) => existsSync(path)),
  /** The example with this machine's name and ports, and a certificate of Caddy's own. */
  prepare: ({ folder, port, relayPort }) => {
    const options = [
      "admin off",
      "auto_https disable_redirects",
      "skip_install_trust",
      `storage file_system ${folder}/store`,
    ];
    const site = readFileSync(EXAMPLE, "utf8")
      .replace("relay.example.org {", `https://localhost:${port} {\n\ttls internal`)
      .replace("127.0.0.1:8090", `127.0.0.1:${relayPort}`);
    writeFileSync(join(folder, "Caddyfile"), `{\n\t${options.join("\n\t")}\n}\n${site}`);
    return ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")];
  },
});

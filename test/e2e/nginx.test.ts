// The example for nginx, with Debian's nginx in front of a relay.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkProxy } from "./relay-proxy.ts";

const EXAMPLE = fileURLToPath(new URL("../../systemd/nginx/relay.conf", import.meta.url));

/** A certificate that nobody signed. */
function makeCertificate(folder: string): void {
  const made = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  spawnSync("openssl", [...args, "-subj", "/CN=localhost", "-days", "2", ...made], { stdio: "ignore" });
}

/** Where Debian's nginx would else write as root. */
const FOLDERS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

checkProxy({
  name: "nginx",
  program: ["/usr/sbin/nginx", "/usr/local/sbin/nginx"].find((path) => existsSync(path)),
  /** The example with this machine's name, ports and certificate, inside what Debian's nginx.conf has around it. */
  prepare: ({ folder, port, relayPort }) => {
    makeCertificate(folder);
    const site = readFileSync(EXAMPLE, "utf8")
      .replace(/server \{\n\tlisten 80;[^}]*\}\n/, "")
      .replace("listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`)
      .replace("listen [::]:443 ssl;", "")
      .replaceAll("relay.example.org;", "localhost;")
      .replace(/ssl_certificate \S+;/, `ssl_certificate ${folder}/cert.pem;`)
      .replace(/ssl_certificate_key \S+;/, `ssl_certificate_key ${folder}/key.pem;`)
      .replace("127.0.0.1:8090", `127.0.0.1:${relayPort}`);
    const places = FOLDERS.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
    const around = [
      "worker_processes 1; daemon off;",
      `pid ${folder}/nginx.pid; error_log ${folder}/error.log;`,
      "events { worker_connections 768; }",
      `http { ${places}\n${site} }`,
    ];
    writeFileSync(join(folder, "nginx.conf"), around.join("\n"));
    return ["-p", folder, "-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf")];
  },
});

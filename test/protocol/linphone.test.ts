// What a real Linphone makes of the provisioning document: it loads it from a file's address, and signs in with what it found there.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deferred } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { linphoneXml } from "../../src/protocol/index.ts";
import { createAuthority, issueLeaf } from "../../src/tls/box-authority.ts";
import { profileOf } from "./sip-samples.ts";

const noLinphone = spawnSync("linphonec", ["--version"]).error !== undefined;

type Algorithm = "MD5" | "SHA-256";

const hash = (algorithm: Algorithm, text: string): string =>
  createHash(algorithm === "MD5" ? "md5" : "sha256")
    .update(text)
    .digest("hex");

interface Account {
  readonly user: string;
  readonly password: string;
  readonly realm: string;
}

/** A registrar that takes one account; `signedIn` resolves with the Expires of the first REGISTER that is signed right. */
class Registrar {
  readonly #socket: Socket = createSocket("udp4");
  #server: Server | null = null;
  /** A phone that did not like the certificate. */
  readonly turnedAway = deferred<void>();
  readonly #algorithm: Algorithm;
  readonly #account: Account;
  readonly signedIn = deferred<string>();

  constructor(algorithm: Algorithm, account: Account) {
    this.#algorithm = algorithm;
    this.#account = account;
    this.#socket.on("message", (bytes, from) => {
      const answer = this.#answer(bytes.toString("utf8"));
      if (answer !== null) this.#socket.send(answer, from.port, from.address);
    });
  }

  async listen(): Promise<number> {
    this.#socket.bind(0, "127.0.0.1");
    await once(this.#socket, "listening");
    return this.#socket.address().port;
  }

  /** The same over TLS, with a certificate that no public authority has signed. */
  async listenTls(): Promise<number> {
    const deps = { random: systemRandom, now: systemClock.now() };
    const authority = await createAuthority({ ...deps, name: "box", names: [] });
    const leaf = await issueLeaf({ ...deps, authority, hosts: ["127.0.0.1"] });
    // The leaf alone: Linphone (mbedTLS) cannot read the authority's name constraints, whatever it is told to accept.
    const server = createServer({ cert: leaf.certificate, key: leaf.key }, (socket) => {
      let text = "";
      socket.on("data", (bytes) => {
        text += bytes.toString("utf8");
        // No body comes with a REGISTER.
        for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
          const answer = this.#answer(text.slice(0, end + 4).trimStart());
          text = text.slice(end + 4);
          if (answer !== null) socket.write(answer);
        }
      });
      socket.on("error", () => this.turnedAway.resolve());
      socket.on("close", () => this.turnedAway.resolve());
    });
    server.on("tlsClientError", () => this.turnedAway.resolve());
    this.#server = server;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  close(): void {
    this.#socket.close();
    this.#server?.close();
  }

  #answer(request: string): string | null {
    if (!request.startsWith("REGISTER ")) return null;
    const header = (name: string): string => new RegExp(`^${name}: *(.*)\r$`, "im").exec(request)?.[1] ?? "";
    const right = this.#isRight(header("Authorization"));
    if (right) this.signedIn.resolve(header("Expires"));
    const { realm } = this.#account;
    const challenge = `Digest realm="${realm}", nonce="n0", algorithm=${this.#algorithm}, qop="auth"`;
    return [
      right ? "SIP/2.0 200 OK" : "SIP/2.0 401 Unauthorized",
      ...["Via", "From", "Call-ID", "CSeq"].map((name) => `${name}: ${header(name)}`),
      `To: ${header("To")};tag=registrar`,
      right ? `Contact: ${header("Contact")};expires=600` : `WWW-Authenticate: ${challenge}`,
      "Content-Length: 0",
      "\r\n",
    ].join("\r\n");
  }

  #isRight(authorization: string): boolean {
    const { user, password, realm } = this.#account;
    const said = (name: string): string =>
      new RegExp(`[ ,]${name}="?([^",]*)"?`).exec(authorization)?.slice(1).join() ?? "";
    const of = (text: string): string => hash(this.#algorithm, text);
    const tail = `${said("nonce")}:${said("nc")}:${said("cnonce")}:auth:${of(`REGISTER:${said("uri")}`)}`;
    return said("username") === user && said("response") === of(`${of(`${user}:${realm}:${password}`)}:${tail}`);
  }
}

let home: string;
let phone: ChildProcess | null = null;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "linphone-"));
  mkdirSync(join(home, ".local/share/linphone"), { recursive: true });
});
afterEach(async () => {
  await stopPhone();
  rmSync(home, { recursive: true, force: true });
});

async function stopPhone(): Promise<void> {
  if (phone !== null && phone.exitCode === null) {
    const gone = once(phone, "exit");
    phone.kill("SIGKILL");
    await gone;
  }
  phone = null;
}

/** Starts a Linphone that knows nothing but where its provisioning is. */
function startPhone(xml: string): void {
  const [document, configuration] = [join(home, "account.xml"), join(home, "linphonerc")];
  writeFileSync(document, xml);
  const ports = "[sip]\nsip_port=-1\nsip_tcp_port=-1\nsip_tls_port=-1\n";
  writeFileSync(configuration, `[misc]\nconfig-uri=${pathToFileURL(document).href}\n${ports}`);
  const env = { ...process.env, HOME: home };
  phone = spawn("linphonec", ["-c", configuration], { env, stdio: ["pipe", "ignore", "ignore"] });
}

describe.skipIf(noLinphone)("a real Linphone", () => {
  it.each<[Algorithm, Partial<Account>]>([
    ["SHA-256", {}],
    ["MD5", { password: `pass&<word>"and'more`, realm: "realm&<of>'all'" }],
  ])("that is given the document signs in, challenged with %s", async (algorithm, change) => {
    const { user, password, realm } = { ...profileOf().sip, ...change };
    const registrar = new Registrar(algorithm, { user, password, realm });
    try {
      const port = await registrar.listen();
      const way = { host: "127.0.0.1", uri: `sip:${user}@127.0.0.1`, port, transport: "udp" } as const;
      startPhone(linphoneXml(profileOf({ ...change, ...way })));
      expect(await registrar.signedIn.promise).toBe("600");
    } finally {
      registrar.close();
    }
  });

  it("signs in over TLS at a box with a certificate of its own only where any certificate will do", async () => {
    const { sip } = profileOf();
    const registrar = new Registrar("SHA-256", sip);
    const way = { host: "127.0.0.1", uri: `sip:${sip.user}@127.0.0.1` };
    const documentOf = (certificates: "verify" | "accept_any", port: number): string =>
      linphoneXml(profileOf({ ...way, port }), { certificates });
    try {
      const port = await registrar.listenTls();
      startPhone(documentOf("verify", port));
      const { signedIn, turnedAway } = registrar;
      const first = await Promise.race([signedIn.promise, turnedAway.promise.then(() => "turned away")]);
      expect(first).toBe("turned away");
      await stopPhone();
      startPhone(documentOf("accept_any", port));
      expect(await registrar.signedIn.promise).toBe("600");
    } finally {
      registrar.close();
    }
  });
});

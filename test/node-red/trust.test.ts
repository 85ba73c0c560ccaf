import { createServer } from "node:https";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { trustBox } from "../../src/node-red/trust.ts";
import { createAuthority, issueLeaf } from "../../src/tls/box-authority.ts";
import { rejectionOf } from "../envelope/error-code.ts";

const usual = getCACertificates("default");
afterEach(() => setDefaultCACertificates(usual));

/** A console over https by an authority of its own. */
async function consoleOverHttps(): Promise<{ readonly url: string; readonly ca: string }> {
  const made = { random: systemRandom, now: systemClock.now() };
  const authority = await createAuthority({ ...made, name: "Numberbox", names: [] });
  const leaf = await issueLeaf({ ...made, authority, hosts: ["localhost", "127.0.0.1"] });
  const server = createServer({ cert: leaf.certificate, key: leaf.key }, (_request, response) => response.end("box"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return {
    url: `https://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    ca: authority.certificate,
  };
}

const reading = (file: object) => async () => JSON.stringify({ url: "http://127.0.0.1", token: "t", ...file });
const asked = (url: string): Promise<string> =>
  fetch(url).then(
    (answer) => answer.text(),
    (error: Error) => String((error.cause as { code?: string } | undefined)?.code),
  );
const heard = (url: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = new WebSocket(url.replace("https", "wss"));
    socket.once("unexpected-response", (_request, response) => resolve(String(response.statusCode)));
    socket.once("error", (error) => resolve(String((error as { code?: string }).code)));
  });

describe("the process of the flows", () => {
  it("believes the box's own authority once it knows it, and no other", async () => {
    const [box, other] = [await consoleOverHttps(), await consoleOverHttps()];
    expect(await asked(box.url)).toMatch(/CERT|SIGNATURE|ISSUER/);
    expect(await trustBox("access", reading({ ca: box.ca }))).toBe(true);
    expect(await asked(box.url)).toBe("box");
    // The server takes no sockets: what matters is that it was reached.
    expect(await heard(box.url)).toBe("200");
    expect(await asked(other.url)).toMatch(/CERT|SIGNATURE|ISSUER/);
  });

  it("changes nothing where the box has none, and takes nothing else for a certificate", async () => {
    const before = getCACertificates("default").length;
    expect(await trustBox("access", reading({}))).toBe(false);
    expect(await rejectionOf(trustBox("access", reading({ ca: "/etc/passwd" })))).toBe("node_red.no_access");
    expect(getCACertificates("default").length).toBe(before);
  });
});

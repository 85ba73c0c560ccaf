import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { type AppError, deferred } from "../../src/base/index.ts";
import { BodyReader } from "../../src/relay/server/http-body.ts";

/** A server that answers with the code of what reading the body gave; `read` is told of each. */
async function bodyServer(
  all: number,
  perAddress = all,
): Promise<{ url: string; codes: string[]; stop: () => Promise<void> }> {
  const bodies = new BodyReader({ all, perAddress, addressOf: () => "one" });
  const codes: string[] = [];
  const server = createServer((request, response) => {
    bodies.read(request, 1_000).then(
      () => response.end("ok"),
      (error: AppError) => {
        codes.push(error.code);
        response.end(error.code);
      },
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${address.port}`, codes, stop };
}

const post = async (url: string, size: number): Promise<string> => {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify("x".repeat(size - 2)) });
  return answer.text();
};

describe("BodyReader", () => {
  it("reads a body of exactly the limit and refuses one byte more", async () => {
    const { url, stop } = await bodyServer(10_000);
    expect(await post(url, 1_000)).toBe("ok");
    expect(await post(url, 1_001)).toBe("relay.too_large");
    await stop();
  });

  it("refuses when all bodies together are too many, and takes them again when those are gone", async () => {
    const { url, stop, codes } = await bodyServer(1_500);
    const held = connect(Number(new URL(url).port), "127.0.0.1");
    const gone = deferred<void>();
    held.on("close", () => gone.resolve());
    held.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n${"x".repeat(900)}`,
    );
    while ((await post(url, 700)) === "ok") {
      // The held body is still on its way.
    }
    expect(await post(url, 700)).toBe("relay.overloaded");
    expect(await post(url, 500)).toBe("ok");
    held.destroy();
    await gone.promise;
    while ((await post(url, 700)) !== "ok") {
      // The server has not noticed yet.
    }
    expect(codes).toContain("relay.aborted");
    await stop();
  });

  it("tells one address that it holds too much, while there is room for others", async () => {
    const { url, stop, codes } = await bodyServer(10_000, 900);
    expect(await post(url, 800)).toBe("ok");
    expect(await post(url, 950)).toBe("relay.rate_limited");
    expect(codes).toEqual(["relay.rate_limited"]);
    expect(await post(url, 800)).toBe("ok");
    await stop();
  });

  it("gives back what every request held", async () => {
    const { url, stop } = await bodyServer(1_200);
    for (let i = 0; i < 20; i++) expect(await post(url, i % 2 === 0 ? 1_000 : 1_001)).toMatch(/ok|too_large/);
    await stop();
  });
});

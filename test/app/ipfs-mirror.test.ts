import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ipfsMirror } from "../../src/app/ipfs-mirror.ts";
import { listingId, toHex } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto as suite } from "../../src/base/system-crypto.ts";
import { cidOf, parseListingRecord, parseListingValue } from "../../src/registry/index.ts";
import { provider } from "../envelope/fixtures.ts";
import { LISTING, publish } from "../registry/listing-fixtures.ts";

const { record, listing } = publish(provider);
const id = listingId(LISTING);

describe("records in IPFS", () => {
  let server: Server;
  let url = "";
  let status = 200;
  let spoil = false;
  const stored = new Map<string, Buffer>();
  const paths: string[] = [];
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      paths.push(`${request.method} ${request.url}`);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const form = await new Response(Buffer.concat(chunks), {
        headers: { "content-type": request.headers["content-type"] ?? "" },
      }).formData();
      const part = form.get("data");
      const block = part instanceof File ? Buffer.from(await part.arrayBuffer()) : Buffer.alloc(0);
      const digest = createHash("sha256")
        .update(spoil ? "other" : block)
        .digest("hex");
      stored.set(cidOf(digest), block);
      response.statusCode = status;
      response.end(JSON.stringify({ Key: cidOf(digest), Size: block.length }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}/` : "";
  });
  afterAll(() => server.close());
  beforeEach(() => {
    [status, spoil] = [200, false];
    stored.clear();
    paths.length = 0;
  });

  it("are found by the commitment in the chain alone", async () => {
    await ipfsMirror({ url, suite, clock: systemClock }).put(id, record);
    const block = stored.get(cidOf(parseListingValue(listing.value).commitment));
    expect(toHex(block ?? Buffer.alloc(0))).toBe(toHex(parseListingRecord(record).bytes));
    expect(paths).toEqual(["POST /api/v0/block/put?cid-codec=raw&mhtype=sha2-256&pin=true"]);
  });

  it("are not believed to be there when the node answers with another block", async () => {
    spoil = true;
    const put = ipfsMirror({ url, suite, clock: systemClock }).put(id, record);
    await expect(put).rejects.toMatchObject({ code: "ipfs.other_block" });
  });

  it("can be put again later when the node refuses or is away", async () => {
    status = 500;
    const refused = ipfsMirror({ url, suite, clock: systemClock }).put(id, record);
    await expect(refused).rejects.toMatchObject({ code: "ipfs.unreachable", retryable: true });
    const away = ipfsMirror({ url: "http://127.0.0.1:1", suite, clock: systemClock }).put(id, record);
    await expect(away).rejects.toMatchObject({ code: "ipfs.unreachable", retryable: true });
  });
});

import { describe, expect, it } from "vitest";
import { millis, minutes, seconds } from "../../../src/base/index.ts";
import { digestHash, expectedResponse, readCredentials } from "../../../src/voice/drachtio/digest.ts";
import { Nonces } from "../../../src/voice/drachtio/nonces.ts";
import { PhoneAlgorithms } from "../../../src/voice/drachtio/phone-algorithms.ts";
import { SignIn, type SignInRequest } from "../../../src/voice/drachtio/sign-in.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { authorize, type Challenge, ha1Of } from "../../sim/sip/sip-phone.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { accountFor } from "../edge-contract.ts";

const REALM = "box.example";
const PASSWORD = "correct horse battery staple";

describe("digest credentials", () => {
  it("give the response of RFC 7616 section 3.9.1, with MD5 and SHA-256", () => {
    const [user, realm, password] = ["Mufasa", "http-auth@example.org", "Circle of Life"];
    for (const [algorithm, response] of [
      ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
      ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
    ] as const) {
      const header = `Digest username="${user}", realm="${realm}", uri="/dir/index.html", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="${response}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
      const credentials = readCredentials(header, realm);
      if (credentials === null) throw new Error("no credentials");
      expect(expectedResponse(credentials, digestHash(algorithm, `${user}:${realm}:${password}`), "GET")).toBe(
        response,
      );
    }
  });

  const good = `Digest username="u", realm="${REALM}", nonce="n", uri="sip:x", response="${"0".repeat(32)}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"`;

  it("are found among those for other realms, and with quotes and case as they come", () => {
    const other = good.replace(REALM, "elsewhere").replace('username="u"', 'username="v"');
    expect(readCredentials(`${other},${good}`, REALM)?.username).toBe("u");
    expect(readCredentials(`${good}, ${other}`, REALM)?.username).toBe("u");
    expect(
      readCredentials(
        good.replace("Digest", "digest").replace("algorithm=MD5", 'Algorithm="md5"').replace("qop=auth", 'qop="auth"'),
        REALM,
      )?.algorithm,
    ).toBe("MD5");
    expect(readCredentials(good.replace('username="u"', 'username="a\\"b"'), REALM)?.username).toBe('a"b');
    expect(readCredentials(good.replace("algorithm=MD5, ", ""), REALM)?.algorithm).toBe("MD5");
  });

  it.each([
    ["no header", undefined],
    ["nothing", ""],
    ["another scheme", good.replace("Digest", "Basic")],
    ["another realm", good.replace(REALM, "elsewhere")],
    ["no qop, as in RFC 2069", good.replace(", qop=auth, nc=00000001", "")],
    ["qop=auth-int", good.replace("qop=auth", "qop=auth-int")],
    ["an algorithm that nobody offered", good.replace("MD5", "SHA-512-256")],
    ["MD5-sess", good.replace("MD5", "MD5-sess")],
    ["a response that is too short", good.replace("0".repeat(32), "0")],
    ["a response of the other algorithm's length", good.replace("0".repeat(32), "0".repeat(64))],
    ["a count that is no count", good.replace("00000001", "1")],
    ["a parameter twice", good.replace('nonce="n"', 'nonce="n", username="root"')],
    ["no user", good.replace('username="u"', 'username=""')],
    ["a quote that never ends", `${good}, opaque="abc`],
    ["rubbish behind it", `${good} ; drop table`],
    ["a hundred sets", Array.from({ length: 100 }, () => good).join(", ")],
    ["a megabyte", `${good}, x="${"a".repeat(1 << 20)}"`],
  ])("are none with %s", (_name, header) => {
    expect(readCredentials(header, REALM)).toBeNull();
  });
});

describe("nonces", () => {
  const rig = (capacity = 100) => {
    const clock = new VirtualClock();
    const options = { random: new SeededRandom("nonces"), now: () => clock.monotonic(), life: minutes(5), capacity };
    return { clock, nonces: new Nonces(options) };
  };

  it("are taken once for each count, only upwards, and only from where they were given", () => {
    const { nonces } = rig();
    const nonce = nonces.issue("192.0.2.1");
    expect([1, 2, 2, 1, 7, 3].map((count) => nonces.use(nonce, "192.0.2.1", count))).toEqual([
      "fresh",
      "fresh",
      "replayed",
      "replayed",
      "fresh",
      "replayed",
    ]);
    expect(nonces.use(nonces.issue("192.0.2.1"), "192.0.2.2", 1)).toBe("stale");
    expect(nonces.use(nonces.issue("192.0.2.1"), "192.0.2.1", 0)).toBe("replayed");
  });

  it("end after their life, and those that were made elsewhere never began", async () => {
    const { clock, nonces } = rig();
    const nonce = nonces.issue("a");
    await clock.advance(minutes(5));
    expect(nonces.use(nonce, "a", 1)).toBe("fresh");
    await clock.advance(seconds(1));
    expect(nonces.use(nonce, "a", 2)).toBe("stale");
    const foreign = new Nonces({
      random: new SeededRandom("other"),
      now: () => clock.monotonic(),
      life: minutes(5),
      capacity: 10,
    });
    expect(nonces.use(foreign.issue("a"), "a", 1)).toBe("stale");
    for (const junk of ["", "abc", "=".repeat(43), `${nonce}A`, nonce.toLowerCase()])
      expect(nonces.use(junk, "a", 1)).toBe("stale");
  });

  it("need no memory until they are used, are forgotten after their life, and are never taken again once forgotten for want of room", async () => {
    const { clock, nonces } = rig(10);
    for (let at = 0; at < 10_000; at++) nonces.issue("a");
    expect(nonces.size).toBe(0);
    const used: string[] = [];
    for (let at = 0; at < 30; at++) {
      await clock.advance(millis(10));
      const nonce = nonces.issue("a");
      used.push(nonce);
      expect(nonces.use(nonce, "a", 1)).toBe("fresh");
    }
    expect(nonces.size).toBe(10);
    for (const nonce of used) expect(nonces.use(nonce, "a", 1)).not.toBe("fresh");
    await clock.advance(minutes(6));
    nonces.use(nonces.issue("a"), "a", 1);
    expect(nonces.size).toBe(1);
  });
});

describe("signing in", () => {
  const rig = () => {
    const clock = new VirtualClock();
    const options = {
      realm: REALM,
      random: new SeededRandom("sign-in"),
      now: () => clock.monotonic(),
      nonceLife: minutes(5),
      nonceCapacity: 100,
    };
    const accounts = new Map([["alice", accountFor("alice", REALM, PASSWORD)]]);
    const signIn = new SignIn(options);
    const challenge = (algorithm: "MD5" | "SHA-256", source = "192.0.2.1"): Challenge => {
      const text =
        signIn.challenges(source, false, ["SHA-256", "MD5"]).find((each) => each.includes(`algorithm=${algorithm},`)) ??
        "";
      return { realm: REALM, nonce: /nonce="([^"]+)"/.exec(text)?.[1] ?? "", algorithm, stale: false };
    };
    const request = (authorization: string | undefined, more: Partial<SignInRequest> = {}): SignInRequest => ({
      method: "REGISTER",
      uri: `sip:${REALM}`,
      source: "192.0.2.1",
      authorization,
      ...more,
    });
    const check = (one: SignInRequest) => signIn.check(one, accounts);
    return { clock, signIn, challenge, request, check };
  };
  const who = { user: "alice", password: PASSWORD };

  it("offers SHA-256 before MD5, with one nonce", () => {
    const { signIn } = rig();
    const [first, second] = signIn.challenges("a", true, ["SHA-256", "MD5"]);
    expect(first).toMatch(
      /^Digest realm="box\.example", nonce="[\w-]{43}", algorithm=SHA-256, qop="auth", stale=true$/,
    );
    expect(second).toBe(first?.replace("SHA-256", "MD5"));
  });

  it.each(["MD5", "SHA-256"] as const)(
    "takes the right password with %s, and the same answer never again",
    (algorithm) => {
      const { challenge, check, request } = rig();
      const header = authorize(challenge(algorithm), "REGISTER", `sip:${REALM}`, who);
      expect(check(request(header))).toEqual({ kind: "in", user: "alice", algorithm });
      expect(check(request(header))).toEqual({ kind: "ask", stale: true });
    },
  );

  it("says stale only to who has the right password", async () => {
    const { challenge, check, clock, request } = rig();
    const old = challenge("SHA-256");
    await clock.advance(minutes(6));
    const uri = `sip:${REALM}`;
    expect(check(request(authorize(old, "REGISTER", uri, who)))).toEqual({ kind: "ask", stale: true });
    expect(check(request(authorize(old, "REGISTER", uri, { ...who, password: "guess" })))).toEqual({ kind: "wrong" });
    expect(check(request(authorize(old, "REGISTER", uri, { ...who, user: "nobody" })))).toEqual({ kind: "wrong" });
  });

  it.each([
    ["another method", { method: "INVITE" }],
    ["another number than what was signed", { uri: "sip:+19005550100@box.example" }],
    ["another host", { uri: "sip:other.example" }],
  ])("does not take an answer for %s", (_name, more) => {
    const { challenge, check, request } = rig();
    expect(check(request(authorize(challenge("MD5"), "REGISTER", `sip:${REALM}`, who), more))).toEqual({
      kind: "wrong",
    });
  });

  it("does not mind ports, parameters and case that proxies change in the address", () => {
    const { challenge, check, request } = rig();
    const header = authorize(challenge("MD5"), "INVITE", "sip:+15550100@BOX.example:5061;transport=tls", who);
    expect(check(request(header, { method: "INVITE", uri: "sip:+15550100@box.example" })).kind).toBe("in");
  });

  it("asks again from another address", () => {
    const { challenge, check, request } = rig();
    const header = authorize(challenge("MD5"), "REGISTER", `sip:${REALM}`, who);
    expect(check(request(header, { source: "198.51.100.9" }))).toEqual({ kind: "ask", stale: true });
  });

  it("never lets anyone in with the hash of the other algorithm", () => {
    const { challenge, check, request } = rig();
    const asked = challenge("SHA-256");
    const header = authorize({ ...asked, algorithm: "MD5" }, "REGISTER", `sip:${REALM}`, who).replace(
      "algorithm=MD5",
      "algorithm=SHA-256",
    );
    expect(check(request(header)).kind).toBe("ask");
    expect(ha1Of("MD5", "a", "b", "c")).not.toBe(ha1Of("SHA-256", "a", "b", "c"));
  });
});

describe("the algorithms that a phone is offered", () => {
  const ALL = ["SHA-256", "MD5"];

  it("are all, and MD5 alone to one that comes back without an answer, from then on", () => {
    const phones = new PhoneAlgorithms(10);
    expect(phones.offer("old", "Phone/1", false)).toEqual(ALL);
    expect(phones.offer("old", "Phone/1", false)).toEqual(["MD5"]);
    phones.signedIn("old", "MD5");
    expect(phones.offer("old", "Phone/1", false)).toEqual(["MD5"]);
    expect(phones.offer("new", "Phone/2", false)).toEqual(ALL);
    phones.signedIn("new", "SHA-256");
    expect(phones.offer("new", "Phone/2", false)).toEqual(ALL);
    expect(phones.offer("new", "Phone/2", true)).toEqual(ALL);
    expect(phones.offer("new", "Phone/2", false)).toEqual(ALL);
  });

  it("are MD5 alone at once for phones that are known for it", () => {
    const phones = new PhoneAlgorithms(10);
    expect(phones.offer("a", "baresip v1.0.0 (x86_64/linux)", false)).toEqual(["MD5"]);
    expect(phones.offer("b", "baresip v3.5.0 (x86_64/linux)", false)).toEqual(ALL);
  });

  it("are remembered for so many phones and no more", () => {
    const phones = new PhoneAlgorithms(10);
    for (let at = 0; at < 1000; at++) phones.offer(`${at}`, undefined, false);
    expect(phones.size).toBe(10);
  });
});

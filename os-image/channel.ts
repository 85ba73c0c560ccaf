// `npm run image:channel`: signs a channel of releases, which boxes ask for updates. Put the file beside the bundles that it names.

import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { AppError, concatBytes, fromBase64url, isAppError, messageOf, toBase64url, utf8 } from "../src/base/index.ts";
import { systemCrypto } from "../src/base/system-crypto.ts";
import { CHANNEL_DOMAIN } from "../src/core/index.ts";
import { parseWith, signedChannel, type UpdateRelease, updateChannel, updateRelease } from "../src/protocol/index.ts";
import { compatibleOf } from "./lib/partition-plan.ts";
import { ARCHITECTURES } from "./lib/settings.ts";

const USAGE = `npm run image:channel -- --key FILE --serial N --out FILE [options] BUNDLE...
npm run image:channel -- --public FILE
  --key FILE      Ed25519 seed in base64url; made, with its public key printed, where the file is not there
  --public FILE   prints the public key of such a seed, which is made where the file is not there, and stops
  --serial N      of this edition; greater than that of the last one, which is looked up in --out
  --days N        after which the edition is stale (default: 30)
  --rollout N     so many of a thousand boxes are offered these (default: 1000)
  --from VERSION  the oldest version that may go to these in one step
  --notes FILE    what is new: a JSON object of texts by language, "en" among them
  BUNDLE          numberbox-ARCH-VERSION.raucb, as \`npm run image -- --bundle\` makes it; followed by ,rollout=N ,from=VERSION ,notes=FILE
                  where it differs from the others: numberbox-arm64-2.0.0.raucb,rollout=50,from=1.5.0 numberbox-arm64-1.5.0.raucb
`;

const NAME = /^numberbox-(amd64|arm64)-(\d+\.\d+\.\d+)\.raucb$/;
const DAY_MS = 86_400_000;

function usage(message: string): AppError {
  return new AppError("image.usage", message, { hint: "npm run image:channel -- --help" });
}

function wholeNumber(text: string | undefined, name: string): number {
  if (text === undefined || !/^\d{1,9}$/.test(text)) throw usage(`${name}: a whole number`);
  return Number(text);
}

async function seedOf(file: string): Promise<Uint8Array> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text !== null) return fromBase64url(text.trim());
  const seed = randomBytes(32);
  await writeFile(file, `${toBase64url(seed)}\n`, { mode: 0o600, flag: "wx" });
  return seed;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

type Given = Pick<UpdateRelease, "rollout" | "notes" | "published_at"> & { readonly from: string | undefined };

const BUNDLE = /^(.+?\.raucb)((?:,(?:rollout|from|notes)=[^,]+)*)$/s;

async function notesOf(file: string | undefined): Promise<UpdateRelease["notes"]> {
  return file === undefined ? { en: "" } : JSON.parse(await readFile(file, "utf8"));
}

/** A bundle with what is said of it alone. */
async function bundleOf(text: string, common: Given): Promise<UpdateRelease> {
  const [, file, more = ""] = BUNDLE.exec(text) ?? [];
  if (file === undefined) throw usage(`${basename(text)}: not the name of a bundle`);
  const own = new Map(more.split(",").map((each) => [each.split("=", 1)[0], each.slice(each.indexOf("=") + 1)]));
  const [rollout, from, notes] = ["rollout", "from", "notes"].map((name) => own.get(name));
  return await releaseOf(file, {
    ...common,
    ...(rollout === undefined ? {} : { rollout: wholeNumber(rollout, "rollout") }),
    ...(from === undefined ? {} : { from }),
    ...(notes === undefined ? {} : { notes: await notesOf(notes) }),
  });
}

/** Of the edition that lies there; -1 where none does. */
async function lastSerial(out: string): Promise<number> {
  const text = await readFile(out, "utf8").catch(() => null);
  if (text === null) return -1;
  try {
    const { payload } = parseWith(signedChannel, JSON.parse(text), "image.bad_release", out);
    const said: unknown = JSON.parse(new TextDecoder().decode(fromBase64url(payload)));
    return parseWith(updateChannel, said, "image.bad_release", out).serial;
  } catch (cause) {
    throw new AppError("image.usage", `${out} is there and is no channel`, { cause, hint: "Give another --out." });
  }
}

async function releaseOf(file: string, { from, ...given }: Given): Promise<UpdateRelease> {
  const name = basename(file);
  const [, of, version] = NAME.exec(name) ?? [];
  const architecture = ARCHITECTURES.find((one) => one === of);
  if (architecture === undefined || version === undefined) throw usage(`${name}: not the name of a bundle`);
  const { size } = await stat(file);
  const release = {
    ...{ version, compatible: compatibleOf(architecture), url: name, size },
    ...{ sha256: await digestOf(file), ...given },
  };
  return parseWith(updateRelease, from === undefined ? release : { ...release, from }, "image.bad_release", name);
}

/** The file's text. Errors: `image.usage`, `image.bad_release`. */
export async function signChannel(
  args: readonly string[],
  now: number,
): Promise<{ out: string; text: string; key: string }> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ key: { type: "string" }, serial: { type: "string" }, out: { type: "string" }, notes: { type: "string" } },
      ...{
        days: { type: "string", default: "30" },
        rollout: { type: "string", default: "1000" },
        from: { type: "string" },
      },
    },
  });
  const { key, out, notes, from } = values;
  if (key === undefined || out === undefined || positionals.length === 0)
    throw usage("--key, --out and a bundle are needed");
  const [serial, last] = [wholeNumber(values.serial, "--serial"), await lastSerial(out)];
  if (serial <= last) throw usage(`--serial: greater than ${last}, or boxes that know that edition refuse this one`);
  const rollout = wholeNumber(values.rollout, "--rollout");
  const given = { rollout, notes: await notesOf(notes), published_at: now, from };
  const channel = parseWith(
    updateChannel,
    {
      ...{ format: "numberbox-channel-1", serial, issued_at: now },
      expires_at: now + wholeNumber(values.days, "--days") * DAY_MS,
      releases: await Promise.all(positionals.map((bundle) => bundleOf(bundle, given))),
    },
    "image.bad_release",
    "the channel",
  );
  const seed = await seedOf(key);
  const payload = utf8(JSON.stringify(channel));
  const signature = systemCrypto.ed25519Sign(seed, concatBytes(utf8(CHANNEL_DOMAIN), payload));
  const text = `${JSON.stringify({ payload: toBase64url(payload), signature: toBase64url(signature) })}\n`;
  return { out, text, key: toBase64url(systemCrypto.ed25519Public(seed)) };
}

/** What boxes are given before there is a channel. The seed is made where the file is not there. */
export async function publicKeyOf(file: string): Promise<string> {
  return toBase64url(systemCrypto.ed25519Public(await seedOf(file)));
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes("--help")) return void process.stdout.write(USAGE);
  const [first, file] = args;
  if (first === "--public" && file !== undefined) return void process.stdout.write(`${await publicKeyOf(file)}\n`);
  const { out, text, key } = await signChannel(args, Date.now());
  // Whole or not at all: a box may be asking now.
  await writeFile(`${out}.new`, text);
  await rename(`${out}.new`, out);
  process.stdout.write(`${out}\nboxes trust it with updates.keys: [${key}]\n`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    const hint = isAppError(error) && error.hint !== undefined ? `\n${error.hint}` : "";
    process.stderr.write(`${messageOf(error)}${hint}\n`);
    process.exitCode = isAppError(error) && error.code === "image.usage" ? 2 : 1;
  });
}

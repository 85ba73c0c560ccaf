// What a build leaves: the compressed image with its block map, the update bundle, the bill of materials, licences, checksums, and an entry
// for Raspberry Pi Imager.

import { cp, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../src/base/index.ts";
import { APP } from "./app-tree.ts";
import { billOfMaterials, unpackFacts } from "./bill-of-materials.ts";
import { blockMapText } from "./block-map.ts";
import { command } from "./command.ts";
import type { DiskParts } from "./disk-image.ts";
import { extractedPackages, unpackCopyrights } from "./extracted-packages.ts";
import { sha256Of } from "./file-systems.ts";
import { copyPageLicences, pagePackages } from "./page-packages.ts";
import { compatibleOf, MIB, planDisk } from "./partition-plan.ts";
import { type BuildWork, packTree } from "./root-system.ts";
import type { Signing } from "./settings.ts";

/** The limit for the compressed image. */
const LARGEST = 350 * 1_000_000;

export function imageName(work: BuildWork): string {
  return `numberbox-${work.settings.architecture}`;
}

/** Makes the signed bundle that updates a box to this image. */
export async function makeBundle(work: BuildWork, parts: DiskParts, signing: Signing): Promise<string> {
  const { settings, scratch, version } = work;
  const folder = join(scratch, "bundle");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(parts.system, join(folder, "system.img"));
  await cp(parts.boot, join(folder, "boot.img"));
  const manifest = [
    "[update]",
    `compatible=${compatibleOf(settings.architecture)}`,
    `version=${version}`,
    "[bundle]",
    "format=verity",
    "[image.system]",
    "filename=system.img",
    "[image.boot]",
    "filename=boot.img",
    "",
  ];
  await writeFile(join(folder, "manifest.raucm"), manifest.join("\n"));
  const file = join(settings.output, `${imageName(work)}-${version}.raucb`);
  await rm(file, { force: true });
  work.say("signing the update bundle");
  const keys = [`--cert=${signing.certificate}`, `--key=${signing.key}`, `--keyring=${signing.keyring}`];
  await command("rauc", ["bundle", ...keys, folder, file], { minutes: 20 });
  return file;
}

export interface ImagerFacts {
  readonly version: string;
  /** In seconds since 1970. */
  readonly epoch: number;
  /** Where the file is going to be; null leaves that to who publishes it. */
  readonly baseUrl: string | null;
  readonly file: string;
  /** SHA-256 in hex, and sizes in bytes, of the disk and of the compressed file. */
  readonly sums: { readonly disk: string; readonly file: string; readonly diskSize: number; readonly size: number };
}

/** By the names that Imager's own list has for them. No capabilities: what Imager offers by these is for Raspberry Pi OS. */
const DEVICES = [
  { name: "Raspberry Pi 5", description: "Model B, Compute Module 5", tag: "pi5-64bit" },
  { name: "Raspberry Pi 4", description: "Model B, Compute Module 4", tag: "pi4-64bit" },
  { name: "Raspberry Pi Zero 2 W", description: "", tag: "pi3-64bit" },
] as const;

/** A repository of Raspberry Pi Imager with one entry. Without devices nobody gets beyond the first page of Imager 2. */
export function imagerEntry({ version, epoch, baseUrl, file, sums }: ImagerFacts): string {
  const day = new Date(epoch * 1000).toISOString().slice(0, 10);
  const entry = {
    name: `Numberbox ${version}`,
    description: "Real phone numbers for the Privateness network",
    icon: "icons/use_custom.png",
    url: `${baseUrl ?? ""}${file}`,
    release_date: day,
    extract_size: sums.diskSize,
    extract_sha256: sums.disk,
    image_download_size: sums.size,
    image_download_sha256: sums.file,
    init_format: "systemd",
    devices: DEVICES.map(({ tag }) => tag),
  };
  const devices = DEVICES.map(({ tag, ...each }) => ({
    ...each,
    ...{ icon: "", tags: [tag], matching_type: "exclusive", capabilities: [] },
  }));
  return `${JSON.stringify({ imager: { devices }, os_list: [entry] }, null, 2)}\n`;
}

async function writeFacts(work: BuildWork, tar: string, name: string): Promise<void> {
  const { settings, scratch, version, epoch } = work;
  const facts = join(scratch, "facts");
  await unpackFacts(tar, facts);
  await unpackCopyrights(work.lock, work.debs, facts);
  const { architecture, output, source } = settings;
  const pages = await pagePackages(source);
  await copyPageLicences(source, pages, join(facts, APP, "node_modules"));
  const extracted = extractedPackages(work.lock);
  const bill = await billOfMaterials(facts, { architecture, version, epoch, extracted, pages });
  await writeFile(join(output, `${name}.cdx.json`), bill);
  const licences = join(scratch, "licences.tar");
  await packTree(join(facts, "usr"), licences, epoch);
  await command("zstd", ["-q", "-f", "-12", licences, "-o", join(output, `${name}-licences.tar.zst`)]);
}

/** Writes all of it. Returns lines for people. Errors: `image.too_big` when the image is larger than 350 MB. */
export async function writeOutputs(work: BuildWork, parts: DiskParts, tar: string): Promise<string[]> {
  const { settings } = work;
  const name = imageName(work);
  const inOutput = (file: string) => join(settings.output, file);
  work.say("compressing the image, and counting what is in it");
  await writeFacts(work, tar, name);
  const system = (await stat(parts.system)).size;
  const map = await blockMapText(parts.disk, planDisk(settings.architecture), system);
  await writeFile(inOutput(`${name}.img.bmap`), map);
  const packed = inOutput(`${name}.img.zst`);
  const level = settings.release ? ["-19", "--long=27"] : ["-3"];
  await command("zstd", ["-q", "-f", "-T2", ...level, parts.disk, "-o", packed], { minutes: 60 });
  const { size } = await stat(packed);
  const sums = {
    disk: await sha256Of(parts.disk),
    file: await sha256Of(packed),
    diskSize: (await stat(parts.disk)).size,
    size,
  };
  if (settings.architecture === "arm64") {
    const facts = {
      version: work.version,
      epoch: work.epoch,
      baseUrl: settings.baseUrl,
      file: `${name}.img.zst`,
      sums,
    };
    await writeFile(inOutput(`${name}.imager.json`), imagerEntry(facts));
  }
  if (settings.qcow2) {
    const args = ["convert", "-q", "-f", "raw", "-O", "qcow2", "-c", parts.disk, inOutput(`${name}.qcow2`)];
    await command("qemu-img", args, { minutes: 60 });
  }
  const listed = [`${name}.img.zst`, `${name}.img.bmap`, `${name}.cdx.json`, `${name}-licences.tar.zst`];
  if (settings.bundle) listed.push(`${name}-${work.version}.raucb`);
  if (settings.qcow2) listed.push(`${name}.qcow2`);
  const lines = [`${sums.disk}  appliance.img`];
  for (const each of listed) lines.push(`${await sha256Of(inOutput(each))}  ${each}`);
  await writeFile(inOutput("SHA256SUMS"), `${lines.join("\n")}\n`);
  if (size > LARGEST) throw new AppError("image.too_big", `${packed} has ${Math.ceil(size / 1e6)} MB, 350 are allowed`);
  return [
    `system ${(system / MIB).toFixed(0)} MiB, image ${(size / 1e6).toFixed(0)} MB compressed, ${(sums.diskSize / 1e6).toFixed(0)} MB whole`,
    `appliance.img ${sums.disk}`,
    `root hash of the system ${parts.verity.hash}`,
  ];
}

import { zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { modulesByDevice, modulesOfCards, namesInInitrd } from "./board-drivers.ts";

type Source = { readonly [name: string]: Source | number | string };

const word = (value: number): Buffer => Buffer.from(new Uint32Array([value]).buffer).swap32();
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

/** A flattened tree. Numbers are cells, texts end with a zero. */
function flatten(root: Source): Buffer {
  const names: string[] = [];
  const offset = (name: string) => {
    if (!names.includes(name)) names.push(name);
    return names.slice(0, names.indexOf(name)).reduce((sum, each) => sum + each.length + 1, 0);
  };
  const node = (name: string, content: Source): Buffer => {
    const parts = Object.entries(content).map(([key, value]) => {
      if (typeof value === "object") return node(key, value);
      const bytes = typeof value === "number" ? word(value) : Buffer.from(`${value}\0`);
      return Buffer.concat([word(3), word(bytes.length), word(offset(key)), padded(bytes)]);
    });
    return Buffer.concat([word(1), padded(Buffer.from(`${name}\0`)), ...parts, word(2)]);
  };
  const tree = Buffer.concat([node("", root), word(9)]);
  const head = [0xd00dfeed, 0, 40, 40 + tree.length, 0, 17, 16, 0, 0, tree.length].map(word);
  return Buffer.concat([...head, tree, Buffer.from(names.map((name) => `${name}\0`).join(""))]);
}

const tree = flatten({
  regulator: { compatible: "regulator-fixed", phandle: 1, gpio: 2 },
  expander: { compatible: "raspberrypi,firmware-gpio", phandle: 2, "#gpio-cells": 0 },
  screen: { compatible: "brcm,screen" },
  soc: {
    compatible: "simple-bus",
    "mmc@1": { compatible: "brcm,bcm2711-emmc2", "vmmc-supply": 1 },
    "mmc@2": { compatible: "brcm,off", status: "disabled" },
  },
});
const modules = modulesByDevice(
  "alias of:N*T*Cbrcm,bcm2711-emmc2C* sdhci_iproc\nalias of:N*T*Cbrcm,bcm2711-emmc2 sdhci_iproc\n" +
    "alias of:N*T*Cregulator-fixed fixed\nalias of:N*T*Cregulator-fixed numberbox_tryboot\nalias of:N*T*Cbrcm,screen vc4\nalias of:N*T*Cbrcm,off other\nalias pci:v1 nvme\n",
);

test("a card's drivers are its own and those of what it waits for", () => {
  expect([...modulesOfCards(tree, modules)].sort()).toEqual(["fixed", "sdhci_iproc"]);
});

function archive(names: readonly string[]): Buffer {
  const entries = [...names, "TRAILER!!!"].map((name) => {
    const fields = Array.from({ length: 13 }, (_, at) => (at === 11 ? name.length + 1 : 0));
    const head = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
    return padded(Buffer.from(`${head}${name}\0`));
  });
  return Buffer.concat(entries);
}

test("a start file system is several archives, compressed or not", () => {
  const bytes = Buffer.concat([archive(["a/b.ko.xz"]), Buffer.alloc(512), zstdCompressSync(archive(["init"]))]);
  expect(namesInInitrd(bytes).filter((name) => !name.startsWith("TRAILER"))).toEqual(["a/b.ko.xz", "init"]);
});

#!/usr/bin/env node
// Entry of the `numberbox` command. The program needs Node 24, which runs TypeScript as it is; an older system Node hands over to the
// one that `npm ci` installed beside the program. Plain JavaScript on purpose: any Node can read this file.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";

const self = fileURLToPath(import.meta.url);
const cache = fileURLToPath(new URL("../../node_modules/.cache/numberbox", import.meta.url));
const own = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));

/** When a start is over, also on a slow machine. */
const FLUSH_AFTER_MS = 120_000;

if (Number(process.versions.node.split(".")[0]) >= 24) {
  // From the second start on the compiled program is read from here: that takes half the time, and spares the memory of the compiler.
  // Where the folder cannot be written, every start compiles.
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE ?? cache);
  // It is written at the program's end, which a box whose plug is pulled never comes to.
  setTimeout(() => module.flushCompileCache(), FLUSH_AFTER_MS).unref();
  // The space for young objects stays at its first size. Grown during start-up, as it else is, it holds some 25 MB that an idle box
  // never needs again.
  v8.setFlagsFromString("--semi-space-growth-factor=1");
  const { main } = await import("./numberbox.ts");
  await main(process.argv.slice(2));
} else if (existsSync(own)) {
  const child = spawn(own, [self, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 130);
  });
} else {
  process.stderr.write(
    `bin.old_node: Node ${process.versions.node} is too old, 24 is needed\n  Run \`npm run setup\` in the program's folder.\n`,
  );
  process.exitCode = 1;
}

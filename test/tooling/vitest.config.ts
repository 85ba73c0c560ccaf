// Test projects: `unit` (mirror of src, contract, architecture), `property` (fast-check), `e2e` (processes, pty, Chromium).
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./longest-first.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const shared = { root, extends: true as const };
/** Milliseconds that what is waited for may take: a limit of one second, vitest's own, is what a busy machine needs for nothing at all. */
const PATIENCE = 30_000;

export default defineConfig({
  root,
  test: {
    globals: false,
    pool: "forks",
    maxWorkers: 2,
    expect: { poll: { timeout: PATIENCE } },
    reporters: ["default"],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/property/**", "test/e2e/**"],
          setupFiles: ["test/tooling/own-mask.ts"],
          testTimeout: 60_000,
          // No module keeps state and no test replaces a module, so files may share a process: three times as fast.
          isolate: false,
        },
      },
      {
        ...shared,
        test: {
          name: "property",
          include: ["test/property/**/*.test.ts"],
          testTimeout: 240_000,
          isolate: false,
        },
      },
      {
        ...shared,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/build-pages.ts"],
          testTimeout: 600_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});

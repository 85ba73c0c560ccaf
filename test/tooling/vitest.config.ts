// Test projects: `unit` (mirror of src, contract, architecture), `property` (fast-check), `e2e` (processes, pty, Chromium).
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../../", import.meta.url));
const shared = { root, extends: true as const };

export default defineConfig({
  root,
  test: {
    globals: false,
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default"],
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/property/**", "test/e2e/**"],
          testTimeout: 60_000,
        },
      },
      { ...shared, test: { name: "property", include: ["test/property/**/*.test.ts"], testTimeout: 240_000 } },
      {
        ...shared,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

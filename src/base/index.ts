// Public face of `base`. `system-*` files are imported by name, only by `app`, `bin` and tests.

export * from "./backoff.ts";
export * from "./brands.ts";
export * from "./bytes.ts";
export * from "./clock.ts";
export * from "./coin-crypto.ts";
export * from "./crypto.ts";
export * from "./deadline.ts";
export * from "./deferred.ts";
export * from "./errors.ts";
export * from "./events.ts";
export * from "./log.ts";
export * from "./md5.ts";
export * from "./micro-emc.ts";
export * from "./random.ts";
export * from "./secret.ts";
export * from "./serial-queue.ts";
export * from "./terminal-qr.ts";

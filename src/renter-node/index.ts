// Public face of `renter-node`.

export type { HostFinder } from "../net/index.ts";
export { openDiskFolder } from "./disk-folder.ts";
export * from "./keyring.ts";
export { type AccessOptions, type NodeAccess, nodeAccess } from "./node-access.ts";
export { wsWire } from "./ws-wire.ts";

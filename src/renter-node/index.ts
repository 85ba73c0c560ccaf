// Public face of `renter-node`.

export { openDiskFolder } from "./disk-folder.ts";
export * from "./keyring.ts";
export { wsWire } from "./ws-wire.ts";

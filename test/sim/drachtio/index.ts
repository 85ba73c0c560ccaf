// Public face of the in-process drachtio-server.

export { DrachtioServer, type DrachtioServerOptions } from "./drachtio-server.ts";
export { frame, parseWire, takeFrames, type WireMessage } from "./wire.ts";

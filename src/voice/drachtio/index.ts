// Public face of the drachtio edge.

export { type DrachtioSetup, drachtioConf } from "./drachtio-conf.ts";
export { DrachtioEdge, type DrachtioEdgeOptions } from "./drachtio-edge.ts";
export type { SipConnection } from "./sip-port.ts";
export { SrfConnection, type SrfOptions } from "./srf-connection.ts";

// The public face of voice.
export { edgeEndpoint, type IncomingChannel, MEDIA_HEADER, type RingTarget, type SipEdge } from "./sip-edge.ts";

// Public face of `net`: connections through a proxy or to a pinned certificate.

export type { FoundHost, HostFinder } from "./dial.ts";
export { type Socks5Proxy, socks5Connect, socks5ProxyOf } from "./socks5.ts";
export { agentFor, TunnelAgent, type Way } from "./tunnel-agent.ts";

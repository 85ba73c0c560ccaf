// Public face of `net`: connections that go through a proxy.

export { type Socks5Proxy, socks5Connect } from "./socks5.ts";
export { TunnelAgent, type TunnelOptions } from "./tunnel-agent.ts";

// What the demo needs of an MQTT broker. Like the board it lives with the tests and is handed in by the command line.

export interface DemoBroker {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one on the loopback, on a free port if the wanted one is taken. */
export type StartDemoBroker = (options: { readonly port: number }) => Promise<DemoBroker>;

/** The box at the demo's broker: everything is told, and whoever is on this machine may ask for everything. */
export function brokerSection({ url }: DemoBroker): object {
  const allow = ["recover", "balance", "ussd", "join", "refresh"];
  return { box: "demo", brokers: [{ id: "demo", url, allow, discovery: { enabled: true } }] };
}

// What the running demo tells its visitor.

import type { DemoFacts } from "../../app/index.ts";

export function demoText(facts: DemoFacts, folder: string): string {
  return `
Numberbox demo is running (data in ${folder}).

  Console    ${facts.console_url}
  Password   ${facts.admin_password}
  Dashboard  ${facts.relay_url}/dashboard
  Relay      ${facts.relay_url}
  Simulator  ${facts.simulator_url}

Send an SMS to slot 1:
  curl -H 'content-type: application/json' -d '{"from":"+15550100","body":"Your code is 123456"}' ${facts.simulator_url}/slots/1/sms

Read it as the person who rents the number (in this folder, another terminal):
  npx numberbox renter inbox --keyfile ${facts.renter_keyfile} --relay ${facts.relay_url}

${brokerText(facts)}${marketText(facts, folder)}
Ctrl-C ends everything.
`;
}

function brokerText({ mqtt_url: url }: DemoFacts): string {
  if (url === undefined) return "";
  const { hostname, port } = new URL(url);
  const at = `-h ${hostname} -p ${port}`;
  return `Watch the box over MQTT (${url}; Home Assistant finds it there), and ask it for something:
  mosquitto_sub ${at} -v -t 'numberbox/#'
  mosquitto_pub ${at} -t numberbox/demo/slot/1/command/ussd -m '{"id":"1","code":"*100#"}'

`;
}

/** The whole loop: find, verify, pay by ticket, read, check the proof. */
function marketText(
  { node_url: node, node_password_file: password, free, relay_url: relay }: DemoFacts,
  folder: string,
): string {
  if (node === undefined || password === undefined || free === undefined) return "";
  const access = `--node ${node} --node-password-file ${password}`;
  return `Slot ${free.slot} is free. Its listing is on the simulated Emercoin (${node}) in about ten seconds. Find it, verify it and rent it:
  npx numberbox renter listings --relay ${relay} ${access}
  npx numberbox listing verify ${free.listing_id} --relay ${relay} ${access}
  npx numberbox renter rent ${free.listing_id} --tier sms_only --duration daily --relay ${relay} ${access}
The receipts of a day are anchored after midnight (UTC); whoever has the file and a node can check them:
  npx numberbox proofs anchor --data ${folder}
  npx numberbox receipts export --data ${folder} --out receipts.json
  npx numberbox receipts verify receipts.json ${access}
`;
}

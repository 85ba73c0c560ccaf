// Node-RED takes a node from a .js file with a .html file beside it. Here the nodes meet the real clock and network.

import { readFile } from "node:fs/promises";
import { systemClock } from "../../base/system-clock.ts";
import { systemRandom } from "../../base/system-random.ts";
import { registerBox } from "../box-node.ts";
import { openFeedSocket } from "../feed-socket.ts";

export default (RED) =>
  registerBox(RED, {
    clock: systemClock,
    random: systemRandom,
    fetch: (url, init) => fetch(url, init),
    open: openFeedSocket,
    read: (file) => readFile(file, "utf8"),
  });

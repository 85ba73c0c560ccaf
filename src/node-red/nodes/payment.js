// Node-RED takes a node from a .js file with a .html file beside it; the node itself is TypeScript.

import { registerKind } from "../flow-node.ts";
import { payment } from "./payment.ts";

export default (RED) => registerKind(RED, payment);

// Remedies that are another thing in the console of a box of the image, whose owner has no shell, than in a shell. Pure.

/** Where a service says why it fails. */
export const logHint = (unit: string): string =>
  `On a box of the image the page Support shows why (Log of the machine); in a shell: \`journalctl -u ${unit} -n 50\`.`;

/** The same, and how the service is started again. */
export const restartHint = (unit: string): string =>
  `On a box of the image the page Support shows why (Log of the machine), and the page Machine restarts it. Elsewhere: \`journalctl -u ${unit} -n 50\`, then \`sudo systemctl restart ${unit}\`.`;

// Calls the client as a program does: `node client_calls.mjs ENDPOINT CALL`; prints the result, or the error, as JSON.
import { Client } from "../../web/client.js";

const [endpoint, call] = process.argv.slice(2);
const waits = [];
const tokens = [];
const client = new Client(
  endpoint,
  (renewed) => {
    tokens.push(Boolean(renewed));
    return "token";
  },
  { wait: async (milliseconds) => void waits.push(milliseconds) },
);
const CALLS = {
  upload: () => client.upload(new File(["an image"], "im\u202eage.png")),
  follow: async () => {
    const seen = [];
    for await (const { status } of client.follow("0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10")) seen.push(status);
    return seen;
  },
  delete: () => client.delete("0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10"),
};
try {
  console.log(JSON.stringify({ result: (await CALLS[call]()) ?? null, waits, tokens }));
} catch (error) {
  const { name, message, status, reason } = error;
  console.log(JSON.stringify({ name, message, status, reason, waits, tokens }));
}

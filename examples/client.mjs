// Upload images, and see what became of them: `node examples/client.mjs upload IMAGE...`, `list` or `delete ID...`.
//
// It uses the client of the web page, web/client.js, in Node.js 20. The variables API_ENDPOINT, USER_POOL_CLIENT_ID, EMAIL and
// PASSWORD say where and who; `python -m local up` prints them. No command needs credentials of AWS.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";

import { Client } from "../web/client.js";

const NEEDED = ["API_ENDPOINT", "USER_POOL_CLIENT_ID", "EMAIL", "PASSWORD"];
const EARLY = 60_000; // milliseconds before the end of a token at which there is a new one

/** Return a function that signs in with a password, and keeps the ID token as long as it is valid. */
function passwordSignIn({ USER_POOL_CLIENT_ID, EMAIL, PASSWORD, AWS_ENDPOINT_URL, AWS_DEFAULT_REGION }) {
  let token = "";
  let expires = 0;
  return async (renewed = false) => {
    if (!renewed && Date.now() < expires - EARLY) return token;
    const answer = await fetch(AWS_ENDPOINT_URL ?? `https://cognito-idp.${AWS_DEFAULT_REGION}.amazonaws.com`, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
      },
      body: JSON.stringify({
        ClientId: USER_POOL_CLIENT_ID,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: EMAIL, PASSWORD },
      }),
    });
    const { AuthenticationResult: result, ChallengeName: challenge, __type: error } = await answer.json();
    if (!result) throw new Error(`the sign-in failed: ${challenge ?? error}; docs/api.md, The first sign-in`);
    expires = Date.now() + result.ExpiresIn * 1000;
    return (token = result.IdToken);
  };
}

/** Upload a file, and return the document about its image when its status is final. */
async function upload(client, path) {
  const imageId = await client.upload(new File([await readFile(path)], basename(path)));
  console.log(JSON.stringify({ imageId, file: path, status: "UPLOADED" }));
  let last;
  for await (const image of client.follow(imageId)) last = image;
  return last;
}

/** Yield all images of the user, the newest first. */
async function* all(client) {
  let page = {};
  do {
    page = await client.images({ limit: 100, cursor: page.cursor });
    yield* page.images;
  } while (page.cursor);
}

async function run([command, ...given]) {
  const client = new Client(process.env.API_ENDPOINT, passwordSignIn(process.env));
  if (command === "upload") {
    const images = await Promise.all(given.map((path) => upload(client, path)));
    for (const image of images) console.log(JSON.stringify(image));
    return images.every((image) => image.status === "SUCCEEDED");
  }
  if (command === "list") for await (const image of all(client)) console.log(JSON.stringify(image));
  else if (command === "delete") await Promise.all(given.map((imageId) => client.delete(imageId)));
  else throw new Error("say what to do: upload IMAGE..., list, or delete ID...");
  return true;
}

const missing = NEEDED.filter((name) => !process.env[name]);
try {
  if (missing.length) throw new Error(`set ${missing.join(" and ")}; python -m local up prints them`);
  process.exitCode = (await run(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  console.error(`client: ${error.message}`);
  process.exitCode = 1;
}

/**
 * The API as a module: upload images, follow their status, list, read and delete them. It runs in browsers and in Node.js 20.
 *
 * Requests without an answer, and those that the service cannot answer now, are repeated; docs/api.md says why that is safe.
 *
 * @example
 * const client = new Client("https://ID.execute-api.REGION.amazonaws.com/v1", () => idToken);
 * const imageId = await client.upload(file);
 * for await (const image of client.follow(imageId)) console.log(image.status);
 *
 * @module
 */

/** @typedef {"AWAITING_UPLOAD" | "PROCESSING" | "SUCCEEDED" | "REJECTED" | "FAILED"} Status */
/** @typedef {{ contentType: string, width: number, height: number, size: number, url?: string }} Rendition No url: in a glacier. */
/** @typedef {{ kind: "resized" | "thumbnail", format: string, width: number, height: number, bytes: number, url: string }} Made */
/** @typedef {{ name: string, width: number, height: number, src: string, sources: { type: string, srcset: string }[] }} Picture */
/** @typedef {{ blurHash: string, dominantColor?: string }} Appearance */
/**
 * One image of a list.
 * @typedef {{
 *   imageId: string, status: Status, createdAt?: string, finishedAt?: string, filename?: string, reason?: string,
 *   message?: string, appearance?: Appearance, thumbnail?: Rendition,
 * }} Summary
 */
/**
 * The document about one image, docs/contracts.md: Image status: response.
 * @typedef {{
 *   imageId: string, status: Status, createdAt?: string, updatedAt: string, finishedAt?: string, filename?: string,
 *   steps: Record<string, string>, reason?: string, message?: string, urlsExpireAt?: string,
 *   metadata?: {
 *     properties: Record<string, string | number | boolean>, appearance: Appearance,
 *     camera: Record<string, any>, about: Record<string, any>,
 *   },
 *   renditions?: { original: Rendition, resized: Rendition, smaller: Rendition[], thumbnail: Rendition, images: Made[], pictures: Picture[] },
 * }} Image
 */
/** @typedef {{ images: Summary[], cursor?: string }} Page */
/** @typedef {{ imageId: string, uploadUrl: string, method: string, headers: Record<string, string>, expiresAt: string }} Grant */
/**
 * Sends a body to a URL and returns the status; throws TypeError without an answer.
 * @typedef {(grant: Grant, body: ArrayBuffer, progress: Progress, signal?: AbortSignal) => Promise<number>} Put
 */
/** @typedef {(sent: number, total: number) => void} Progress bytes */
/** @typedef {(milliseconds: number, signal?: AbortSignal) => Promise<void>} Wait */

/** The statuses that change. @type {readonly Status[]} */
export const OPEN = ["AWAITING_UPLOAD", "PROCESSING"];

const ATTEMPTS = 6; // of a request
const FIRST_WAIT = 500; // milliseconds; doubles with each attempt
const LONGEST_WAIT = 60_000; // milliseconds that a request waits if Retry-After asks for it; a daily limit asks for hours
const POLL = 2000; // milliseconds between two requests for a status without Retry-After
const TEMPORARY = [429, 500, 502, 503, 504];
const OTHER_PUT = 409; // another PUT to the same URL is under way
const NOT_FOUND = 404;
const EXPIRED = 403;
// The second means that the image is there: only this client has the URL, so an earlier PUT arrived, and its answer was lost.
const STORED = [200, 412];
const TYPES = {
  avif: "image/avif",
  bmp: "image/bmp",
  gif: "image/gif",
  heic: "image/heic",
  heif: "image/heif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  png: "image/png",
  tif: "image/tiff",
  tiff: "image/tiff",
  webp: "image/webp",
};
const MOST_BYTES_OF_NAME = 255;
// What the API refuses in a name: control characters, line separators, marks that reorder text, halves of surrogate pairs.
const NOT_IN_NAMES = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

/** The API or S3 has refused a request. */
export class RefusedError extends Error {
  name = "RefusedError";

  /**
   * @param {number} status
   * @param {{ reason?: string, detail?: string, field?: string }} [problem] as the API describes it
   * @param {number} [seconds] after which the same request may succeed
   */
  constructor(status, problem = {}, seconds) {
    super(problem.detail ?? `status ${status}`);
    this.status = status;
    this.reason = problem.reason ?? "";
    this.field = problem.field ?? "";
    this.seconds = seconds;
  }
}

/** There was no answer, in any attempt. */
export class LostError extends Error {
  name = "LostError";
}

/** A signed-in user of the API. */
export class Client {
  /**
   * @param {string} endpoint the URL of the API, without a slash at its end
   * @param {(renewed?: boolean) => string | Promise<string>} token returns an ID token; a new one if the last was refused
   * @param {{ put?: Put, wait?: Wait }} [options] how files are sent, and how time passes
   */
  constructor(
    endpoint,
    token,
    { put = globalThis.XMLHttpRequest ? putWithProgress : putWithFetch, wait = sleep } = {},
  ) {
    this.endpoint = endpoint;
    this.token = token;
    this.put = put;
    this.wait = wait;
  }

  /**
   * Upload a file and return its image ID; throws RefusedError, LostError, or what reading the file throws.
   *
   * @param {File} file
   * @param {{ onGrant?: (imageId: string) => void, onProgress?: Progress, signal?: AbortSignal }} [options]
   */
  async upload(file, { onGrant, onProgress = () => {}, signal } = {}) {
    // Read once: what is sent is what the checksum is of, also if the file changes.
    const body = await file.arrayBuffer();
    const query = {
      filename: sendableName(file.name),
      contentType: contentType(file),
      size: `${body.byteLength}`,
      ...(await checksum(body)),
    };
    for (let isFirst = true; ; isFirst = false) {
      /** @type {Grant} */
      const grant = await (await this.#ask("GET", "upload-url", query, signal)).json();
      onGrant?.(grant.imageId);
      const { status } = await this.#repeat(
        async () => ({ status: await this.put(grant, body, onProgress, signal) }),
        signal,
      );
      if (STORED.includes(status)) return grant.imageId;
      const hasExpired = status === EXPIRED && Date.parse(grant.expiresAt) <= Date.now();
      if (!hasExpired || !isFirst) throw new RefusedError(status);
    }
  }

  /**
   * Return the document about an image; throws RefusedError, with status 404 if there is none, or LostError.
   *
   * @param {string} imageId
   * @param {{ download?: boolean, signal?: AbortSignal }} [options] download: browsers save what the URLs lead to
   * @returns {Promise<Image>}
   */
  async image(imageId, { download = false, signal } = {}) {
    return (await this.#about(imageId, download ? { download: "true" } : {}, signal)).json();
  }

  /**
   * Yield the document about an image, as often as the API recommends, until its status is final.
   *
   * @param {string} imageId
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {AsyncGenerator<Image, void>}
   */
  async *follow(imageId, { signal } = {}) {
    for (;;) {
      const answer = await this.#about(imageId, {}, signal);
      /** @type {Image} */
      const image = await answer.json();
      yield image;
      if (!OPEN.includes(image.status)) return;
      await this.wait(retryAfter(answer) ?? POLL, signal);
    }
  }

  /**
   * Return a page of the user's images, the newest first; throws RefusedError or LostError.
   *
   * @param {{ limit?: number, cursor?: string, status?: Status }} [query]
   * @returns {Promise<Page>}
   */
  async images(query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    return (
      await this.#ask("GET", "images", Object.fromEntries(given.map(([name, value]) => [name, `${value}`])))
    ).json();
  }

  /**
   * Delete an image for good. One that does not exist is deleted already.
   *
   * @param {string} imageId
   */
  async delete(imageId) {
    try {
      await this.#ask("DELETE", `images/${encodeURIComponent(imageId)}`);
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === NOT_FOUND)) throw error;
    }
  }

  /**
   * @param {string} imageId
   * @param {Record<string, string>} query
   * @param {AbortSignal} [signal]
   */
  #about(imageId, query, signal) {
    return this.#ask("GET", `images/${encodeURIComponent(imageId)}`, query, signal);
  }

  /**
   * Return the answer to a request if it is a success.
   *
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} [query]
   * @param {AbortSignal} [signal]
   */
  async #ask(method, path, query = {}, signal) {
    const search = new URLSearchParams(query).toString();
    const url = `${this.endpoint}/${path}${search && "?"}${search}`;
    const send = async (renewed = false) =>
      fetch(url, { method, headers: { Authorization: await this.token(renewed) }, signal });
    let answer = await this.#repeat(send, signal);
    if (answer.status === 401) answer = await this.#repeat(() => send(true), signal);
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    const wait = retryAfter(answer);
    throw new RefusedError(answer.status, problem, wait && wait / 1000);
  }

  /**
   * Send a request until it has an answer that is not temporary, or until it has been sent often enough.
   *
   * @template {{ status: number, headers?: Headers }} Answer
   * @param {() => Promise<Answer>} send throws TypeError if there is no answer, as fetch does
   * @param {AbortSignal} [signal]
   */
  async #repeat(send, signal) {
    for (let attempt = 1; ; attempt++) {
      const answer = await send().catch((error) => {
        if (!(error instanceof TypeError)) throw error;
      });
      if (answer && ![...TEMPORARY, OTHER_PUT].includes(answer.status)) return answer;
      const wait = (answer && retryAfter(answer)) ?? FIRST_WAIT * 2 ** (attempt - 1) * (0.5 + Math.random());
      if (attempt === ATTEMPTS || wait > LONGEST_WAIT) {
        if (answer) return answer;
        throw new LostError("there was no answer");
      }
      await this.wait(wait, signal);
    }
  }
}

/** Return the milliseconds that an answer asks to wait. @param {{ headers?: Headers }} answer */
function retryAfter(answer) {
  const seconds = Number.parseInt(answer.headers?.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? undefined : seconds * 1000;
}

/**
 * Return the SHA-256 of a file as a parameter, or none without WebCrypto, as on pages without TLS.
 *
 * @param {ArrayBuffer} content
 * @returns {Promise<Record<string, string>>}
 */
async function checksum(content) {
  if (!globalThis.crypto?.subtle) return {};
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return { sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") };
}

/** Return the media type by the name's extension, since not every system knows HEIC and AVIF. @param {File} file */
function contentType(file) {
  const extension = file.name.split(".").pop()?.toLowerCase() ?? "";
  return /** @type {Record<string, string>} */ (TYPES)[extension] ?? (file.type || "application/octet-stream");
}

/** Return a name that the API takes. @param {string} name */
export function sendableName(name) {
  let sendable = name.replace(NOT_IN_NAMES, "_") || "_";
  const encoder = new TextEncoder();
  while (encoder.encode(sendable).length > MOST_BYTES_OF_NAME) sendable = [...sendable].slice(1).join("");
  return sendable;
}

/** Send a file with fetch, which tells nothing of its progress. @type {Put} */
async function putWithFetch(grant, body, progress, signal) {
  const answer = await fetch(grant.uploadUrl, { method: grant.method, headers: sendableHeaders(grant), body, signal });
  progress(body.byteLength, body.byteLength);
  return answer.status;
}

/** Send a file with XMLHttpRequest, which tells its progress. @type {Put} */
function putWithProgress(grant, body, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(grant.method, grant.uploadUrl);
    for (const [name, value] of Object.entries(sendableHeaders(grant))) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(event.loaded, body.byteLength);
    request.onload = () => resolve(request.status);
    request.onerror = () => reject(new TypeError("no answer"));
    request.onabort = () => reject(signal?.reason);
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    if (signal?.aborted) reject(signal.reason);
    else request.send(body);
  });
}

/** Return the signed headers but the length, which a browser sets itself. @param {Grant} grant */
function sendableHeaders(grant) {
  return Object.fromEntries(Object.entries(grant.headers).filter(([name]) => name.toLowerCase() !== "content-length"));
}

/** Wait for some milliseconds. @type {Wait} */
function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}

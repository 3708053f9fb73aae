/**
 * The images of the user, the newest first, as one list that loads its pages while it is scrolled.
 *
 * @module
 */

import { OPEN, RefusedError } from "./client.js";
import { find, make } from "./elements.js";
import { SignedOutError } from "./session.js";
import { texts } from "./texts.js";
import { Tile } from "./tiles.js";

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./client.js").Image} Image */

const PAGE = 48; // images
const SKELETONS = 8;
const GONE = 404;
const AHEAD = "600px"; // before the end of the list is in sight, the next page is loaded

/** The gallery. */
export class Gallery {
  /** @type {Map<string, Tile>} The tiles of images that have an ID. */
  #tiles = new Map();
  /** @type {string | undefined} */
  #cursor;
  #isLoading = false;

  /**
   * @param {Client} client
   * @param {{ announce: (text: string) => void, onSignedOut: () => void, onOpen: (tile: Tile) => void }} page
   */
  constructor(client, page) {
    this.client = client;
    this.page = page;
    this.list = find("list", HTMLUListElement);
    this.empty = find("empty", HTMLElement);
    this.problem = find("problem", HTMLElement);
    this.more = find("more", HTMLButtonElement);
    find("reload", HTMLButtonElement).onclick = this.more.onclick = () => void this.load();
    new IntersectionObserver(([seen]) => seen.isIntersecting && void this.load(), { rootMargin: AHEAD }).observe(
      this.more,
    );
  }

  /** Load the first page, or the next one. */
  async load() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.problem.hidden = true;
    this.more.hidden = true;
    const skeletons = Array.from({ length: SKELETONS }, () =>
      make("li", { class: "tile skeleton", "aria-hidden": "true" }),
    );
    this.list.append(...skeletons);
    this.list.setAttribute("aria-busy", "true");
    try {
      const page = await this.client.images({ limit: PAGE, cursor: this.#cursor });
      for (const image of page.images) if (image.status !== "AWAITING_UPLOAD") this.#append(image);
      this.#cursor = page.cursor;
      this.more.hidden = !page.cursor;
    } catch (error) {
      if (error instanceof SignedOutError) this.page.onSignedOut();
      this.problem.hidden = false;
    } finally {
      for (const skeleton of skeletons) skeleton.remove();
      this.list.removeAttribute("aria-busy");
      this.#isLoading = false;
      this.#showEmpty();
    }
  }

  /** Put a tile for a new file in front. @param {string} name */
  begin(name) {
    const tile = new Tile(name, this.page.onOpen);
    this.list.prepend(tile.element);
    this.#showEmpty();
    return tile;
  }

  /** Give a tile the ID of its image. @param {Tile} tile @param {string} imageId */
  name(tile, imageId) {
    this.#tiles.set(imageId, tile);
  }

  /** Show an image's states in its tile until the last one. @param {Tile} tile @param {string} imageId */
  async follow(tile, imageId) {
    try {
      for await (const image of this.client.follow(imageId)) tile.show(image, () => void this.#renew(tile));
      this.#announce(tile);
    } catch (error) {
      if (error instanceof SignedOutError) this.page.onSignedOut();
      else if (isGone(error)) this.drop(tile);
      else this.#offerAgain(tile, imageId);
    }
  }

  /** Take a tile away. @param {Tile} tile */
  drop(tile) {
    for (const [imageId, other] of this.#tiles) if (other === tile) this.#tiles.delete(imageId);
    const next = tile.element.nextElementSibling ?? tile.element.previousElementSibling;
    /** @type {HTMLElement | null | undefined} */
    const button = next?.querySelector("button:enabled");
    const hadFocus = tile.element.contains(document.activeElement) || document.activeElement === document.body;
    tile.element.remove();
    this.#showEmpty();
    if (hadFocus) (button ?? find("add", HTMLElement)).focus();
  }

  /** @param {import("./client.js").Summary} image */
  #append(image) {
    if (this.#tiles.has(image.imageId)) return;
    const tile = new Tile(image.filename ?? texts.unnamed, this.page.onOpen);
    this.name(tile, image.imageId);
    this.list.append(tile.element);
    tile.show(image, () => void this.#renew(tile));
    if (OPEN.includes(image.status)) void this.follow(tile, image.imageId);
  }

  /** Read the thumbnail's URL anew, since it has expired. @param {Tile} tile */
  async #renew(tile) {
    const image = tile.image && (await this.client.image(tile.image.imageId).catch(() => undefined));
    if (image) tile.show(image);
  }

  /** @param {Tile} tile @param {string} imageId */
  #offerAgain(tile, imageId) {
    const run = () => {
      tile.offer([]);
      void this.follow(tile, imageId);
    };
    tile.offer([{ label: texts.again, icon: "again", run }]);
  }

  /** @param {Tile} tile */
  #announce(tile) {
    const { status, message } = tile.image ?? {};
    if (status === "SUCCEEDED") this.page.announce(texts.announceDone(tile.name));
    else if (message) this.page.announce(texts.announceBad(tile.name, message));
  }

  #showEmpty() {
    this.empty.hidden = this.list.childElementCount > 0 || !this.problem.hidden;
  }
}

/** Whether an error says that there is no such image. @param {unknown} error */
export function isGone(error) {
  return error instanceof RefusedError && error.status === GONE;
}

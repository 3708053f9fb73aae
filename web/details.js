/**
 * One image in full: the picture, what was found in it, its files to download, and its deletion.
 *
 * @module
 */

import { isGone } from "./gallery.js";
import { blurred, bytes, find, icon, make, moment, number } from "./elements.js";
import { texts } from "./texts.js";

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./client.js").Image} Image */
/** @typedef {import("./tiles.js").Tile} Tile */

const MAP = "https://www.openstreetmap.org/";
const ZOOM = 14;
const SHOWN = "(min-width: 60rem) 43rem, 100vw"; // the widest that the picture is shown

/** The dialog. */
export class Details {
  /** @type {Tile | undefined} */
  #tile;

  /**
   * @param {Client} client
   * @param {{ announce: (text: string) => void, onDeleted: (tile: Tile) => void }} page
   */
  constructor(client, page) {
    this.client = client;
    this.page = page;
    this.dialog = find("details", HTMLDialogElement);
    this.picture = find("details-picture", HTMLElement);
    this.body = find("details-body", HTMLElement);
    this.question = find("question", HTMLDialogElement);
    find("details-close", HTMLButtonElement).onclick = () => this.dialog.close();
    find("keep", HTMLButtonElement).onclick = () => this.question.close();
    find("confirm", HTMLButtonElement).onclick = () => void this.#delete();
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  /** Show the image of a tile. @param {Tile} tile */
  async open(tile) {
    if (!tile.image) return;
    this.#tile = tile;
    const { imageId } = tile.image;
    this.#show(tile.name, []);
    this.picture.replaceChildren();
    const appearance = "appearance" in tile.image ? tile.image.appearance : undefined;
    if (appearance) this.picture.append(blurred(appearance.blurHash));
    this.dialog.showModal();
    try {
      const image = await this.client.image(imageId, { download: true });
      if (this.#tile === tile && this.dialog.open) this.#fill(image);
    } catch (error) {
      this.#show(tile.name, [make("p", { role: "alert" }, isGone(error) ? texts.isGone : texts.detailsFailed)]);
    }
  }

  /** @param {Image} image */
  #fill(image) {
    const name = image.filename ?? texts.unnamed;
    this.#show(name, [
      ...(image.renditions ? this.#found(image, image.renditions) : unsuccessful(image)),
      this.#deletion(name),
    ]);
    const { renditions, metadata } = image;
    this.picture.hidden = !renditions;
    if (!renditions) return;
    const { src, width, height, sources } = renditions.pictures[0];
    const alt = String(metadata?.about.description ?? metadata?.about.title ?? name);
    const picture = make(
      "picture",
      {},
      ...sources.map((one) => make("source", { ...one, sizes: SHOWN })),
      make("img", { alt, src, width, height }),
    );
    if (metadata) this.picture.replaceChildren(blurred(metadata.appearance.blurHash));
    this.picture.style.setProperty("--ratio", `${width} / ${height}`);
    this.picture.append(picture);
  }

  /** @param {string} name @param {Node[]} content */
  #show(name, content) {
    this.body.replaceChildren(make("h2", { id: "details-title" }, make("bdi", {}, name)), ...content);
  }

  /** @param {Image} image @param {NonNullable<Image["renditions"]>} renditions @returns {Node[]} */
  #found(image, renditions) {
    const rows = facts(image).map(([label, value]) => make("div", {}, make("dt", {}, label), make("dd", {}, value)));
    return [
      make("dl", {}, ...rows),
      make("h3", {}, texts.downloads),
      make("ul", { class: "downloads" }, ...downloads(renditions)),
    ];
  }

  /** @param {string} name */
  #deletion(name) {
    const ask = () => {
      find("question-title", HTMLElement).textContent = texts.deleteQuestion(name);
      find("question-problem", HTMLElement).textContent = "";
      this.question.showModal();
    };
    return make("button", { type: "button", class: "quiet danger", onclick: ask }, icon("trash"), texts.delete);
  }

  async #delete() {
    const [tile, problem, confirm] = [
      this.#tile,
      find("question-problem", HTMLElement),
      find("confirm", HTMLButtonElement),
    ];
    if (!tile?.image) return;
    confirm.disabled = true;
    try {
      await this.client.delete(tile.image.imageId);
      this.question.close();
      this.dialog.close();
      this.page.onDeleted(tile);
    } catch {
      problem.textContent = texts.deleteFailed;
    } finally {
      confirm.disabled = false;
    }
  }
}

/** Return why an image did not succeed, and what to do. @param {Image} image @returns {Node[]} */
function unsuccessful(image) {
  const isRejected = image.status === "REJECTED";
  const hint = isRejected ? texts.hints[image.reason ?? ""] : texts.hintFailed;
  return [
    make("p", { class: "verdict" }, icon("alert"), isRejected ? texts.rejected : texts.failed),
    make("p", { dir: "auto" }, image.message ?? ""),
    make("p", { class: "hint" }, hint ?? ""),
  ];
}

/** Return what was found, with its names. @param {Image} image @returns {[string, Node | string][]} */
function facts({ createdAt, metadata }) {
  if (!metadata) return [];
  const { properties, camera, about, appearance } = metadata;
  const edges = [properties.width, properties.height].map((edge) => number(Number(edge))).join(" × ");
  /** @type {[keyof typeof texts.facts, Node | string | undefined][]} */
  const found = [
    ["title", about.title],
    ["description", about.description],
    ["keywords", about.keywords?.join(", ")],
    ["artist", about.artist],
    ["copyright", about.copyright],
    ["takenAt", camera.takenAt && moment(camera.takenAt.replace(/(\.\d+)?([+-]\d\d:\d\d)?$/, ""))],
    ["camera", [camera.make, camera.model].filter(Boolean).join(" ")],
    ["lens", camera.lens],
    ["exposure", exposure(camera)],
    ["place", camera.gps && mapLink(camera.gps)],
    ["size", `${edges} · ${bytes(Number(properties.size))}`],
    ["format", [properties.format, properties.iccProfile].filter(Boolean).join(" · ")],
    ["color", appearance.dominantColor && swatch(appearance.dominantColor)],
    ["uploaded", createdAt && moment(createdAt)],
  ];
  return found.flatMap(([name, value]) =>
    value ? [/** @type {[string, Node | string]} */ ([texts.facts[name], value])] : [],
  );
}

/** @param {Record<string, any>} camera */
function exposure({ exposureSeconds: seconds, fNumber, iso, focalLengthMm }) {
  const time = seconds && (seconds < 1 ? `1/${number(1 / seconds)}` : number(seconds, 1));
  const parts = [
    time && texts.exposure(time),
    fNumber && `ƒ/${number(fNumber, 1)}`,
    iso && `ISO ${iso}`,
    focalLengthMm && `${number(focalLengthMm, 1)} mm`,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** @param {{ latitude: number, longitude: number }} gps */
function mapLink({ latitude, longitude }) {
  const place = `?mlat=${latitude}&mlon=${longitude}#map=${ZOOM}/${latitude}/${longitude}`;
  return make("a", { href: MAP + place, target: "_blank", rel: "noopener noreferrer" }, icon("pin"), texts.map);
}

/** @param {string} color */
function swatch(color) {
  const made = make("span", { class: "swatch" }, color);
  made.style.setProperty("--color", color);
  return made;
}

/** @param {NonNullable<Image["renditions"]>} renditions */
function downloads({ original, images }) {
  return [
    download(texts.original, original, original.size),
    ...images.map((one) => download(`${texts[one.kind]}, ${one.format}`, one, one.bytes)),
  ];
}

/** @param {string} label @param {{ width: number, height: number, url?: string }} image @param {number} size */
function download(label, { width, height, url }, size) {
  const about = url ? `${number(width)} × ${number(height)} · ${bytes(size)}` : texts.inGlacier;
  const content = [icon("download"), make("span", {}, label), make("small", {}, about)];
  return make(
    "li",
    {},
    url ? make("a", { href: url, download: "" }, ...content) : make("span", { class: "unavailable" }, ...content),
  );
}

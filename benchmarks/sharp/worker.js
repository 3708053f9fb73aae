'use strict';

// Does jobs with sharp: one JSON object a line in, one answer a line out, as benchmarks/job.py describes them.

const { createHash } = require('node:crypto');
const { readFileSync, writeFileSync } = require('node:fs');
const { createInterface } = require('node:readline');
const sharp = require('sharp');

sharp.concurrency(1);
sharp.cache(false);
sharp.simd(true);

const SMALL = 32; // pixels: what a dominant color and a perceptual hash are taken from

const ENCODERS = {
  JPEG: (image, quality) => image.jpeg({ quality, progressive: true }), // as ours: fewer bytes, in 1 to 24 ms more
  PNG: (image) => image.png(),
  WEBP: (image, quality) => image.webp({ quality }),
};

async function rendition(data, job, shape) {
  const image = sharp(data).autoOrient().resize(shape);
  const made = await ENCODERS[job.format](image, job.quality).toBuffer({ resolveWithObject: true });
  return { data: made.data, width: made.info.width, height: made.info.height };
}

const OPERATIONS = {
  resize: (data, job) => rendition(data, job, job.size
    ? { width: job.size[0], height: job.size[1], fit: 'fill' }
    : { width: job.edge, height: job.edge, fit: 'inside', withoutEnlargement: true }),

  thumbnail: (data, job) => rendition(data, job, { width: job.edge, height: job.edge, fit: 'cover' }),

  async header(data) {
    const { width, height } = await sharp(data).metadata();
    return { data: Buffer.alloc(0), width, height };
  },

  async metadata(data) {
    const { width, height } = await sharp(data).metadata();
    createHash('sha256').update(data).digest('hex');
    const small = sharp(data).autoOrient().resize({ width: SMALL, height: SMALL, fit: 'fill' });
    const pixels = await small.raw().toBuffer({ resolveWithObject: true });
    await sharp(pixels.data, { raw: pixels.info }).stats();
    return { data: Buffer.alloc(0), width, height };
  },
};

function memory(name) {
  const status = readFileSync('/proc/self/status', 'ascii');
  return 1024 * Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)[1]);
}

async function answer(job) {
  const data = readFileSync(job.file);
  writeFileSync('/proc/self/clear_refs', '5'); // the peak starts anew from what is resident now
  const before = memory('VmRSS');
  const [cpu, wall] = [process.cpuUsage(), process.hrtime.bigint()];
  let made;
  for (let round = 0; round < job.rounds; round += 1) {
    made = await OPERATIONS[job.operation](data, job);
  }
  const spent = process.cpuUsage(cpu);
  const passed = Number(process.hrtime.bigint() - wall) / 1e9;
  if (job.keep) writeFileSync(job.keep, made.data);
  return {
    cpu: (spent.user + spent.system) / 1e6 / job.rounds,
    wall: passed / job.rounds,
    bytes: made.data.length,
    width: made.width,
    height: made.height,
    format: job.format,
    before,
    peak: memory('VmHWM'),
  };
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line);
    const result = await answer(job).catch((error) => ({ error: error.message }));
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

main();

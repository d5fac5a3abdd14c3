import { spokenText } from "../../src/checks/injection/context.ts";
import { BUCKETS, readFeatures } from "../../src/checks/injection/features.ts";
import { normalise } from "../../src/checks/injection/normalise.ts";
import { tokenise } from "../../src/checks/injection/tokens.ts";
import { doubtOf, PASSAGE_SENTENCES } from "../../src/checks/injection/wording.ts";
import type { LabelledText } from "./read-labelled.ts";

/** A linear model: log-odds of an attack are the bias and the weights of all that a passage shows. */
export interface Model {
  bias: number;
  weights: Float32Array;
}

/** A text as buckets of its sentences. */
export interface Example {
  sentences: Uint32Array[];
  isAttack: boolean;
}

interface Passage {
  from: number;
  to: number;
  logOdds: number;
}

const EPOCHS = 12;
const STEP = 0.02;
const DECAY = 1e-5;
const FIRST_BIAS = -2;
/** Passages of a harmless text that are learned from; of an attack, the worst is the attack. */
const HARMLESS_PASSAGES = 2;
/** What is that clear teaches nothing. */
const LEAST_ERROR = 1e-3;

export function exampleOf({ text, isAttack }: LabelledText): Example {
  const sentences: number[][] = [[]];
  readFeatures(spokenText(tokenise(normalise(text).text)), {
    add: (bucket) => sentences.at(-1)?.push(bucket),
    endSentence: () => sentences.push([]),
  });
  return { sentences: sentences.filter(({ length }) => length > 0).map((it) => Uint32Array.from(it)), isAttack };
}

/**
 * Logistic regression by AdaGrad. Which passage of an attack is the attack nobody says: it is the one that the model,
 * as far as it has come, takes for the worst. The same examples give the same model.
 */
export function fitModel(examples: Example[]): Model {
  const model: Model = { bias: FIRST_BIAS, weights: new Float32Array(BUCKETS) };
  const squares = new Float32Array(BUCKETS).fill(0.01);
  let biasSquares = 0.01;
  const attacks = examples.filter(({ isAttack }) => isAttack).length;
  const weightOfAttack = (examples.length - attacks) / attacks;
  const random = randomNumbers();
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const example of shuffled(examples, random)) {
      const passages = worstPassages(model, example, example.isAttack ? 1 : HARMLESS_PASSAGES);
      for (const { from, to, logOdds } of passages) {
        const chance = 1 / (1 + Math.exp(-logOdds));
        const error = example.isAttack ? (chance - 1) * weightOfAttack : chance;
        if (Math.abs(error) < LEAST_ERROR) continue;
        for (const sentence of example.sentences.slice(from, to)) learn(model.weights, squares, sentence, error);
        biasSquares += error * error;
        model.bias -= (STEP * error) / Math.sqrt(biasSquares);
      }
    }
  }
  return model;
}

function learn(weights: Float32Array, squares: Float32Array, buckets: Uint32Array, error: number): void {
  for (const bucket of buckets) {
    const weight = weights[bucket] ?? 0;
    const gradient = error + DECAY * weight;
    const square = (squares[bucket] ?? 0) + gradient * gradient;
    squares[bucket] = square;
    weights[bucket] = weight - (STEP * gradient) / Math.sqrt(square);
  }
}

function worstPassages({ bias, weights }: Model, { sentences }: Example, count: number): Passage[] {
  const sums = sentences.map((buckets) => buckets.reduce((sum, bucket) => sum + (weights[bucket] ?? 0), 0));
  const passages = sums.flatMap((_, from) => {
    let logOdds = bias - doubtOf(sums.length);
    return sums.slice(from, from + PASSAGE_SENTENCES).map((sum, index) => {
      logOdds += sum;
      return { from, to: from + index + 1, logOdds };
    });
  });
  return passages.sort((one, other) => other.logOdds - one.logOdds).slice(0, count);
}

const MOST = 127;

/** A model as the Worker has it: its weights in whole units, eight bits each. */
export interface PackedModel {
  bias: number;
  unit: number;
  /** Base64 of the bytes. */
  weights: string;
}

export function packed({ bias, weights }: Model): PackedModel {
  const greatest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const unit = greatest / MOST;
  const bytes = Int8Array.from(weights, (weight) => Math.round(weight / unit));
  return { bias, unit, weights: Buffer.from(bytes.buffer).toString("base64") };
}

/** Log-odds of the worst passage. */
export function logOddsOf(model: Model, example: Example): number {
  return worstPassages(model, example, 1)[0]?.logOdds ?? -Infinity;
}

function shuffled<Item>(items: Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ item }) => item);
}

/** From 0 to 1, always the same ones. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

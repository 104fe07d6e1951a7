import { DeletionState, type Condition, type Deletion, type DeletionProgress } from '@lethe/contracts';
import { printable, printableTime } from '../terminal/printable.js';
import { blocksStayUntil } from './blocks-stay.js';
import { stateName } from './deletion-names.js';

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Blocks that need no more work: gone, or left to a live realm that shares them. */
export function settledBlocks({ blocksSwept, blocksRetained }: DeletionProgress): number {
  return blocksSwept + blocksRetained;
}

/** Where a deletion stands, in one line. */
export function stateLine(deletion: Deletion): string {
  const state = stateName(deletion.state);
  switch (deletion.state) {
    case DeletionState.SCHEDULED:
      return deletion.purgeTime === undefined
        ? `${state}: never purged by itself, its organization had no deletion policy`
        : `${state}: not purged before ${printableTime(deletion.purgeTime)}${stayPhrase(deletion)}`;
    case DeletionState.RESTORED:
      return `${state}${at(deletion.restoreTime)}${deletion.restoredBy ? ` by ${printable(deletion.restoredBy)}` : ''}`;
    case DeletionState.PURGING:
      return `${state}: ${progressPhrase(deletion.progress)}`;
    case DeletionState.PURGED: {
      const { certificateId } = deletion;
      return `${state}${at(deletion.purgedTime)}${certificateId ? `, deletion certificate ${printable(certificateId)}` : ''}`;
    }
    case DeletionState.SUPERSEDED:
      return `${state}: a replay took its place`;
    case DeletionState.UNSPECIFIED:
    case DeletionState.UNRECOGNIZED:
    default:
      return state;
  }
}

function stayPhrase(deletion: Deletion): string {
  const until = blocksStayUntil(deletion);
  return until === undefined ? '' : `, its blocks not before ${printableTime(until)}`;
}

export function progressPhrase(progress: DeletionProgress | undefined): string {
  if (progress === undefined) return 'no participant has counted yet';
  const { blocksTotal: total, bytesTotal, blocksRetained, blocksBlocked } = progress;
  const done = settledBlocks(progress);
  const parts = [`${done} of ${total} blocks`];
  if (total > 0) parts.push(`${Math.floor((100 * done) / total)} %`, byteSize(bytesTotal));
  if (blocksRetained > 0) parts.push(`${blocksRetained} of them left to a live realm that shares them`);
  if (blocksBlocked > 0) parts.push(`${blocksBlocked} blocked`);
  return [...parts, ...ratePhrases(progress)].join(', ');
}

/** Speed and time left, where there is a speed. */
export function ratePhrases(progress: DeletionProgress): string[] {
  const { blocksPerSecond, blocksTotal } = progress;
  if (blocksPerSecond <= 0) return [];
  const left = Math.max(0, blocksTotal - settledBlocks(progress));
  if (left === 0) return [];
  return [`${Math.round(blocksPerSecond)} blocks/s`, `about ${duration(left / blocksPerSecond)} left`];
}

export function conditionLine({ type, source, message, since, until }: Condition): string {
  const times = [
    since === undefined ? '' : `since ${printableTime(since)}`,
    until === undefined ? '' : `until ${printableTime(until)}`,
  ].filter(Boolean);
  const when = times.length === 0 ? '' : ` (${times.join(', ')})`;
  return `held up: ${printable(type)} by ${printable(source)}: ${printable(message)}${when}`;
}

export function byteSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), BYTE_UNITS.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${BYTE_UNITS[power] ?? ''}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3_600)} h`;
}

const at = (time: Date | undefined): string => (time === undefined ? '' : ` at ${printableTime(time)}`);

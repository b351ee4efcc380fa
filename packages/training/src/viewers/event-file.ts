// The format of TensorBoard's event files: records with checksums, each of them one protocol buffer `Event`.
//
//   record = length (8 bytes) · masked crc32c(length) · event · masked crc32c(event), all little-endian
//   masked(c) = ((c >>> 15) | (c << 17)) + 0xa282ead8
//
// Format: tensorflow/core/lib/io/record_writer.cc; messages: tensorboard/compat/proto/event.proto and summary.proto.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import crc32c from 'crc-32/crc32c.js'

/** What an event may tell. */
export type EventContent =
  /** The first of every file. */
  | { readonly version: true }
  /** A run begins, or goes on, at this step: what an older file tells of it and of later ones no longer counts. */
  | { readonly start: true }
  /** Numbers by name. */
  | { readonly figures: Readonly<Record<string, number>> }

/** One event. */
export type Event = EventContent & {
  /** Seconds since 1970. */
  readonly time: number
  readonly step: number
}

/** One record of an event file. */
export function encodeEvent(event: Event): Uint8Array<ArrayBuffer> {
  const message = encodeMessage(event)
  const record = new Uint8Array(message.length + 16)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, BigInt(message.length), true)
  view.setUint32(8, maskedChecksum(record.subarray(0, 8)), true)
  record.set(message, 12)
  view.setUint32(12 + message.length, maskedChecksum(message), true)
  return record
}

function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c.buf(bytes) >>> 0
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0
}

/** Event: wall_time 1, step 2, file_version 3, summary 5, session_log 7. */
function encodeMessage(event: Event): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.Bit64).double(event.time)
  if (event.step !== 0) writer.tag(2, WireType.Varint).int64(event.step)
  if ('version' in event) writer.tag(3, WireType.LengthDelimited).string('brain.Event:2')
  // SessionLog: status 1, of which START is 1.
  else if ('start' in event) writer.tag(7, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(1).join()
  else {
    // Summary: value 1. Summary.Value: tag 1, simple_value 2.
    writer.tag(5, WireType.LengthDelimited).fork()
    for (const [name, value] of Object.entries(event.figures)) {
      writer.tag(1, WireType.LengthDelimited).fork()
      writer.tag(1, WireType.LengthDelimited).string(name).tag(2, WireType.Bit32).float(value).join()
    }
    writer.join()
  }
  return writer.finish()
}

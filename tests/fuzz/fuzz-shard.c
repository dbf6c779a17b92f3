/* Fuzz target: a shard, index and all, of a small array whose kind the first byte chooses
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "memory-store.h"
#include "array.h"
#include "target.h"

#define BYTES "{\"name\":\"bytes\",\"configuration\":{\"endian\":\"little\"}}"
#define BIG "{\"name\":\"bytes\",\"configuration\":{\"endian\":\"big\"}}"
#define SHARD(chunk, codecs, index, location)                                                      \
  "{\"name\":\"sharding_indexed\",\"configuration\":{\"chunk_shape\":" chunk                       \
  ",\"codecs\":[" codecs "],\"index_codecs\":[" index "],\"index_location\":\"" location "\"}}"
/* One shard of 4 x 4 samples. */
#define ARRAY(codecs)                                                                              \
  "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":[4,4],\"data_type\":\"uint8\","            \
  "\"chunk_grid\":{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":[4,4]}},"               \
  "\"chunk_key_encoding\":\"default\",\"fill_value\":9,\"codecs\":[" codecs "]}"

static const gchar *const arrays[] = {
  ARRAY (SHARD ("[2,2]", BYTES, BYTES, "end")),
  ARRAY (SHARD ("[2,2]", BYTES, BYTES, "start")),
  ARRAY (SHARD ("[2,2]", BYTES ",{\"name\":\"zstd\"}", BIG, "end")),
  ARRAY (SHARD ("[2,2]", BYTES, BYTES ",{\"name\":\"crc32c\"}", "end")),
  ARRAY (SHARD ("[4,2]", SHARD ("[1,2]", BYTES, BYTES, "start"), BYTES, "end")),
  ARRAY (
      SHARD ("[2,2]", BYTES, BYTES, "end") ",{\"name\":\"gzip\",\"configuration\":{\"level\":1}}"),
};

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const gint64 start[] = { 0, 0 }, all[] = { 4, 4 }, one[] = { 1, 1 }, strides[] = { 4, 1 };
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = NULL;
  guint8 pixels[16];

  if (size < 1)
    return 0;
  memory_store_put_text (store, "zarr.json", arrays[data[0] % G_N_ELEMENTS (arrays)]);
  memory_store_put (store, "c/0/0", data + 1, (gssize)size - 1);
  idr_array_set_cache_size (1 << 16);
  array = idr_array_open (store, "", NULL, NULL, NULL);
  g_assert_nonnull (array);
  idr_array_read (array, start, one, pixels, strides, FALSE, NULL, NULL, NULL);
  idr_array_will_need (array, start, all);
  idr_array_read (array, start, all, pixels, strides, FALSE, NULL, NULL, NULL);
  /* The engine looks for leaks in what an input leaves behind. */
  idr_array_set_cache_size (0);
  return 0;
}

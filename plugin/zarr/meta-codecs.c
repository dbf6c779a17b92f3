/* Zarr v3's codecs: from array to array, then once from array to bytes, then from bytes to bytes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "json.h"
#include "meta.h"

#include <string.h>

/* A list of codecs that is read, and where its steps go. */
typedef struct
{
  IdrMeta *meta;
  GString *shown;
  IdrDtype dtype; /* of what the next codec takes */
  IdrStep *steps;
  gint *n_steps, max_steps;
  gboolean in_bytes;
} Chain;

static gboolean parse_chain (Chain *chain, JsonArray *codecs, GError **error);

static gboolean
add_step (Chain *chain, const gchar *name, JsonObject *configuration, GError **error)
{
  if (*chain->n_steps == chain->max_steps)
    return idr_meta_refuse (error, G_IO_ERROR_NOT_SUPPORTED,
                            "it has too many codecs: \"%.40s\" is one more", name);
  return idr_step_init (&chain->steps[(*chain->n_steps)++], name, configuration, &chain->dtype,
                        error);
}

/* --- From array to array -------------------------------------------------------------------- */

/* Each dimension of a transposed chunk is one that was there before. */
static gboolean
transpose (IdrMeta *meta, const IdrExtension *codec, GError **error)
{
  JsonArray *list = idr_json_array (codec->configuration, "order");
  gint n = meta->info.n_dims, order[IDR_ARRAY_MAX_DIMS];
  gboolean seen[IDR_ARRAY_MAX_DIMS] = { FALSE };
  gboolean ok = list && json_array_get_length (list) == (guint)n;

  for (gint i = 0; ok && i < n; i++)
    {
      gint64 d = -1;

      ok = idr_json_node_int (json_array_get_element (list, i), &d) && d >= 0 && d < n && !seen[d];
      if (ok)
        {
          seen[d] = TRUE;
          order[i] = meta->order[d];
        }
    }
  if (!ok)
    return idr_meta_refuse (error, G_IO_ERROR_INVALID_DATA,
                            "the \"order\" of its codec \"%s\" is no permutation", codec->name);
  memcpy (meta->order, order, n * sizeof *order);
  return TRUE;
}

/* numcodecs' filters, by the names that they have in both formats. */
static gboolean
parse_filter (Chain *chain, const IdrExtension *codec, GError **error)
{
  const gchar *name
      = codec->name + (g_str_has_prefix (codec->name, "numcodecs.") ? strlen ("numcodecs.") : 0);
  const IdrCodec *known = idr_codec_find (name, NULL);

  /* There is another "packbits", whose bytes are not numcodecs' own. */
  if (!known || !idr_codec_is_filter (known)
      || (known == &idr_codec_packbits && name == codec->name))
    return idr_meta_refuse (error, G_IO_ERROR_NOT_SUPPORTED, "its codec \"%.40s\" cannot be read",
                            codec->name);
  if (!add_step (chain, name, codec->configuration, error))
    return FALSE;
  chain->dtype = chain->steps[*chain->n_steps - 1].stored;
  return TRUE;
}

/* --- From array to bytes --------------------------------------------------------------------- */

/* Whether the bytes are in the order that the machine has not. */
static gboolean
parse_endian (const IdrExtension *codec, gsize size, gboolean *swap, GError **error)
{
  const gchar *endian = idr_json_string (codec->configuration, "endian");
  gboolean big = endian && !strcmp (endian, "big");

  if (size > 1 && !big && (!endian || strcmp (endian, "little") != 0))
    return idr_meta_refuse (error, G_IO_ERROR_INVALID_DATA,
                            "the \"endian\" of its codec \"%s\" is neither \"little\" nor \"big\"",
                            codec->name);
  *swap = size > 1 && big == (G_BYTE_ORDER == G_LITTLE_ENDIAN);
  return TRUE;
}

static gboolean
parse_bytes (Chain *chain, const IdrExtension *codec, GError **error)
{
  IdrDtype *stored
      = *chain->n_steps ? &chain->steps[*chain->n_steps - 1].stored : &chain->meta->dtype;

  return parse_endian (codec, chain->dtype.size, &stored->swap, error);
}

/* The index is in bytes, of one size whatever it holds: perhaps with a checksum. */
static gboolean
parse_index (Chain *chain, IdrShard *shard, const IdrExtension *codec, GError **error)
{
  JsonArray *codecs = idr_json_array (codec->configuration, "index_codecs");
  const gchar *location = idr_json_string (codec->configuration, "index_location");
  guint n = codecs ? json_array_get_length (codecs) : 0;

  shard->index_at_start = location && !strcmp (location, "start");
  if (location && !shard->index_at_start && strcmp (location, "end") != 0)
    return idr_meta_refuse (
        error, G_IO_ERROR_INVALID_DATA,
        "the \"index_location\" of its shards is neither \"start\" nor \"end\"");
  for (guint i = 0; i < n; i++)
    {
      IdrExtension one;

      if (!idr_extension_parse (&one, json_array_get_element (codecs, i), "index_codecs", error))
        return FALSE;
      if (i == 0 && !strcmp (one.name, "bytes"))
        {
          if (!parse_endian (&one, sizeof (guint64), &shard->index_swap, error))
            return FALSE;
        }
      else if (i > 0 && i <= IDR_SHARD_MAX_STEPS && !strcmp (one.name, "crc32c"))
        {
          if (!idr_step_init (&shard->index_steps[shard->n_index_steps++], one.name,
                              one.configuration, &chain->dtype, error))
            return FALSE;
        }
      else
        return idr_meta_refuse (error, G_IO_ERROR_NOT_SUPPORTED,
                                "the codec \"%.40s\" of its shards' index cannot be read",
                                one.name);
    }
  return n > 0
         || idr_meta_refuse (error, G_IO_ERROR_INVALID_DATA, "its shards have no \"index_codecs\"");
}

static gboolean
parse_item_size (IdrMeta *meta, const IdrShard *shard, const IdrExtension *codec, GError **error)
{
  JsonArray *list = idr_json_array (codec->configuration, "chunk_shape");
  gint n = meta->info.n_dims;
  gboolean ok = list && json_array_get_length (list) == (guint)n;

  for (gint i = 0; ok && i < n; i++)
    {
      gint64 *size = &meta->info.chunk[shard->order[i]];

      ok = idr_json_node_int (json_array_get_element (list, i), size) && *size >= 1;
    }
  return ok
         || idr_meta_refuse (
             error, G_IO_ERROR_INVALID_DATA,
             "the \"chunk_shape\" of its shards is no list of %d whole numbers from 1 on", n);
}

/* A chunk so far is a shard of smaller ones, which have codecs of their own. */
static gboolean
parse_shard (Chain *chain, const IdrExtension *codec, GError **error)
{
  IdrMeta *meta = chain->meta;
  Chain inner = { .meta = meta,
                  .shown = chain->shown,
                  .dtype = meta->dtype,
                  .steps = meta->steps,
                  .n_steps = &meta->n_steps,
                  .max_steps = IDR_META_MAX_STEPS };
  IdrShard *shard;

  if (meta->n_shards == IDR_META_MAX_SHARDS)
    return idr_meta_refuse (error, G_IO_ERROR_NOT_SUPPORTED,
                            "its shards are nested more than %d deep", IDR_META_MAX_SHARDS);
  if (*chain->n_steps)
    return idr_meta_refuse (error, G_IO_ERROR_NOT_SUPPORTED,
                            "its filter \"%s\" around whole shards cannot be read",
                            chain->steps[*chain->n_steps - 1].codec->name);
  shard = &meta->shards[meta->n_shards++];
  shard->n_dims = meta->info.n_dims;
  memcpy (shard->size, meta->info.chunk, sizeof shard->size);
  memcpy (shard->order, meta->order, sizeof shard->order);
  if (!parse_item_size (meta, shard, codec, error) || !parse_index (chain, shard, codec, error)
      || !idr_shard_check (shard, meta->info.chunk, error))
    return FALSE;
  chain->steps = shard->steps;
  chain->n_steps = &shard->n_steps;
  chain->max_steps = IDR_SHARD_MAX_STEPS;
  return parse_chain (&inner, idr_json_array (codec->configuration, "codecs"), error);
}

/* --- From bytes to bytes ---------------------------------------------------------------------- */

static gboolean
parse_step (Chain *chain, const IdrExtension *codec, GError **error)
{
  const gchar *inner = idr_json_string (codec->configuration, "cname");
  const gchar *name = codec->name;

  if (g_str_has_prefix (name, "numcodecs."))
    name += strlen ("numcodecs.");
  if (!add_step (chain, name, codec->configuration, error))
    return FALSE;
  if (idr_codec_is_filter (chain->steps[*chain->n_steps - 1].codec))
    return idr_meta_refuse (error, G_IO_ERROR_INVALID_DATA,
                            "its codec \"%.40s\" is for numbers, not for bytes", name);
  g_string_append_printf (chain->shown, "%s%s", chain->shown->len ? "+" : "", name);
  if (inner)
    g_string_append_printf (chain->shown, "/%.40s", inner);
  return TRUE;
}

/* --- All of them --------------------------------------------------------------------- */

static gboolean
parse_codec (Chain *chain, const IdrExtension *codec, GError **error)
{
  if (chain->in_bytes)
    return parse_step (chain, codec, error);
  if (!strcmp (codec->name, "transpose"))
    return transpose (chain->meta, codec, error);
  chain->in_bytes = TRUE;
  if (!strcmp (codec->name, "bytes"))
    return parse_bytes (chain, codec, error);
  if (!strcmp (codec->name, "sharding_indexed"))
    return parse_shard (chain, codec, error);
  chain->in_bytes = FALSE;
  return parse_filter (chain, codec, error);
}

static gboolean
parse_chain (Chain *chain, JsonArray *codecs, GError **error)
{
  guint n = codecs ? json_array_get_length (codecs) : 0;

  for (guint i = 0; i < n; i++)
    {
      IdrExtension codec;

      if (!idr_extension_parse (&codec, json_array_get_element (codecs, i), "codecs", error)
          || !parse_codec (chain, &codec, error))
        return FALSE;
    }
  return chain->in_bytes
         || idr_meta_refuse (error, G_IO_ERROR_INVALID_DATA,
                             "its \"codecs\" have none that makes bytes");
}

gboolean
idr_meta_parse_codecs (IdrMeta *meta, JsonArray *codecs, GError **error)
{
  g_autoptr (GString) shown = g_string_new (NULL);
  Chain chain = { .meta = meta,
                  .shown = shown,
                  .dtype = meta->dtype,
                  .steps = meta->steps,
                  .n_steps = &meta->n_steps,
                  .max_steps = IDR_META_MAX_STEPS };

  if (!parse_chain (&chain, codecs, error))
    return FALSE;
  meta->info.codec = g_strdup (shown->len ? shown->str : "none");
  return TRUE;
}

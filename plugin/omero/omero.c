/* A visit to an OMERO.web server: login, the questions about one image, logout
 *
 * All questions that need only the image's id are asked at once; names of what contains it follow.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "omero.h"
#include "image.h"
#include "login.h"
#include "server.h"

typedef struct
{
  const IdrOmeroServer *server;
  IdrOmeroImage *image; /* being filled */
  GPtrArray *notes;
  GCancellable *cancellable;
} Visit;

/* What @question brings, or NULL with a note. FALSE with @error only when cancelled. */
static gboolean
hear_part (Visit *visit, const gchar *part, IdrOmeroQuestion *question, JsonNode **node,
           GError **error)
{
  g_autoptr (GError) local = NULL;

  *node = idr_omero_hear (question, visit->cancellable, &local);
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (local)
    g_ptr_array_add (visit->notes, g_strdup_printf ("%s: %s", part, local->message));
  return TRUE;
}

/* What contains an image, and where its name goes. */
typedef struct
{
  const gchar *type; /* in a path: "project" */
  gsize name;        /* offset of a gchar * in the image; 0: the well, which has no name */
  IdrOmeroQuestion *question;
} Container;

/* Asks for what lies on the first of the image's paths: an image in several datasets is told of
 * once. */
static void
ask_containers (Visit *visit, JsonNode *answer, Container *containers, gsize n)
{
  JsonArray *paths = idr_json_array (json_node_get_object (answer), "paths");
  JsonNode *first
      = paths && json_array_get_length (paths) > 0 ? json_array_get_element (paths, 0) : NULL;
  JsonArray *path = first && JSON_NODE_HOLDS_ARRAY (first) ? json_node_get_array (first) : NULL;
  const guint length = path ? json_array_get_length (path) : 0;

  for (guint i = 0; i < length; i++)
    for (gsize k = 0; k < n; k++)
      {
        JsonObject *step = idr_json_object_at (path, i);
        const gint64 id = idr_json_int (step, "id", -1);

        if (id < 0 || containers[k].question
            || g_strcmp0 (idr_json_string (step, "type"), containers[k].type) != 0)
          continue;
        if (strcmp (containers[k].type, "plate") == 0)
          visit->image->plate_id = id;
        containers[k].question = idr_omero_ask (
            visit->server, "/api/v0/m/%ss/%" G_GINT64_FORMAT "/", containers[k].type, id);
      }
}

static gboolean
hear_container (Visit *visit, const Container *container, GError **error)
{
  g_autoptr (JsonNode) node = NULL;

  if (!hear_part (visit, container->type, container->question, &node, error))
    return FALSE;
  if (node && container->name)
    G_STRUCT_MEMBER (gchar *, visit->image, container->name)
        = g_strdup (idr_json_string (idr_omero_data (node), "Name"));
  else if (node)
    idr_omero_image_take_well (visit->image, node);
  return TRUE;
}

static gboolean
hear_containers (Visit *visit, IdrOmeroQuestion *paths, GError **error)
{
  Container containers[] = {
    { "project", G_STRUCT_OFFSET (IdrOmeroImage, project), NULL },
    { "dataset", G_STRUCT_OFFSET (IdrOmeroImage, dataset), NULL },
    { "screen", G_STRUCT_OFFSET (IdrOmeroImage, screen), NULL },
    { "plate", G_STRUCT_OFFSET (IdrOmeroImage, plate), NULL },
    { "well", 0, NULL },
  };
  g_autoptr (JsonNode) node = NULL;
  gboolean ok = hear_part (visit, "project and dataset", paths, &node, error);

  if (node)
    ask_containers (visit, node, containers, G_N_ELEMENTS (containers));
  for (gsize k = 0; k < G_N_ELEMENTS (containers); k++)
    if (containers[k].question)
      {
        ok = ok && hear_container (visit, &containers[k], error);
        idr_omero_question_free (containers[k].question);
      }
  return ok;
}

static gboolean
hear_parts (Visit *visit, IdrOmeroQuestion *paths, IdrOmeroQuestion *annotations,
            IdrOmeroQuestion *files, GError **error)
{
  g_autoptr (JsonNode) annotations_node = NULL;
  g_autoptr (JsonNode) files_node = NULL;

  if (!hear_containers (visit, paths, error)
      || !hear_part (visit, "annotations", annotations, &annotations_node, error)
      || !hear_part (visit, "original files", files, &files_node, error))
    return FALSE;
  if (annotations_node)
    idr_omero_image_take_annotations (visit->image, annotations_node);
  if (files_node)
    idr_omero_image_take_paths (visit->image, files_node);
  return TRUE;
}

static IdrOmeroImage *
hear_image (IdrOmeroQuestion *question, const IdrOmeroServer *server, gint64 id,
            GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonNode) node = idr_omero_hear (question, cancellable, error);
  IdrOmeroImage *image = node ? idr_omero_image_parse (node, id, error) : NULL;

  if (image)
    image->server = g_strdup (server->base);
  else if (node)
    g_prefix_error (error, "%s: image %" G_GINT64_FORMAT ": ", server->base, id);
  return image;
}

static IdrOmeroImage *
ask_image (const IdrOmeroServer *server, gint64 id, GPtrArray *notes, GCancellable *cancellable,
           GError **error)
{
  g_autoptr (IdrOmeroQuestion) about
      = idr_omero_ask (server, "/api/v0/m/images/%" G_GINT64_FORMAT "/", id);
  g_autoptr (IdrOmeroQuestion) paths
      = idr_omero_ask (server, "/webclient/api/paths_to_object/?image=%" G_GINT64_FORMAT, id);
  g_autoptr (IdrOmeroQuestion) annotations
      = idr_omero_ask (server, "/webclient/api/annotations/?type=map&image=%" G_GINT64_FORMAT, id);
  g_autoptr (IdrOmeroQuestion) files
      = idr_omero_ask (server, "/webgateway/original_file_paths/%" G_GINT64_FORMAT "/", id);
  g_autoptr (IdrOmeroImage) image = hear_image (about, server, id, cancellable, error);
  Visit visit = { server, image, notes, cancellable };

  if (!image || !hear_parts (&visit, paths, annotations, files, error))
    return NULL;
  return g_steal_pointer (&image);
}

IdrOmeroImage *
idr_omero_read (const gchar *server_url, const IdrOmeroLogin *login, gint64 id, gchar ***notes,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (IdrOmeroServer) server = idr_omero_server_new (server_url, error);
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
  IdrOmeroImage *image;

  if (notes)
    *notes = NULL;
  if (!server || (login && !idr_omero_log_in (server, login, cancellable, error)))
    return NULL;
  image = ask_image (server, id, told, cancellable, error);
  if (login)
    idr_omero_log_out (server);
  if (notes && image && told->len > 0)
    {
      g_ptr_array_add (told, NULL);
      *notes = (gchar **)g_ptr_array_free (g_steal_pointer (&told), FALSE);
    }
  return image;
}

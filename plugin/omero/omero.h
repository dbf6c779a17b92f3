/* An OMERO.web server's JSON API: what it says of one image
 *
 * All talk happens inside idr_omero_read(): login where there are credentials, questions, logout,
 * which is sent with two seconds of its own even after errors and cancellation.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

/* The Image Data Resource's own server. It is public, and takes no logins. */
#define IDR_OMERO_SERVER "https://idr.openmicroscopy.org"

/* Whether @server is that one, however its address is written. */
gboolean idr_omero_is_idr (const gchar *server);

typedef struct
{
  gchar *user, *password;
} IdrOmeroLogin;

/* The credentials for @server: OMERO_USER and OMERO_PASSWORD of the environment, unless it is
 * IDR's; else the group named after the server ("host:port", then "host") in the key file
 * $LAMINA_CREDENTIALS or
 * ~/.config/lamina/credentials (keys user and password, taken as they stand; refused when others
 * may read the file). NULL without @error: none, the public session will do. */
IdrOmeroLogin *idr_omero_login_find (const gchar *server, GError **error);
void idr_omero_login_free (IdrOmeroLogin *login);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrOmeroLogin, idr_omero_login_free)

typedef struct
{
  gchar *name; /* or NULL */
  gint color;  /* 0xRRGGBB, or -1 */
} IdrOmeroChannel;

/* Immutable. Strings are NULL and sizes 0 where the server says nothing. */
typedef struct
{
  gint64 id;
  gchar *name, *description;
  gint64 size_x, size_y, size_z, size_c, size_t;
  gchar *type;                       /* OMERO's name: "uint16", "float" */
  gdouble voxel_x, voxel_y, voxel_z; /* micrometres */
  gdouble step_t;                    /* seconds */
  gint n_channels;
  IdrOmeroChannel *channels;
  GDateTime *acquired;
  gchar *project, *dataset, *screen, *plate; /* names */
  gint64 plate_id;                           /* 0: it is on none, or nobody says */
  gchar *well, *well_row;                    /* "B3", "B" */
  gint well_column,
      field; /* 3 (from 1), and the image's place in the well, from 0; -1: not known */
  gint n_annotations;
  gchar **keys, **values; /* map annotations, in the server's order; keys may repeat */
  gchar *lsid; /* external info: where the pixels lie, percent-encoded as it came; or NULL */
  gchar **client_paths; /* where they came from; or NULL */
  gint series;          /* in its fileset */
  gchar *server;        /* who said so */
} IdrOmeroImage;

/* Asks @server ("https://idr.openmicroscopy.org") for image @id. Only the image itself must be
 * answered; project, plate, annotations and paths may be refused, which is told in @notes
 * (NULL-terminated, by the caller's g_strfreev(), or NULL). Errors name the server and what it
 * said: G_IO_ERROR_NOT_FOUND (no such image), PERMISSION_DENIED (a login is needed, or was
 * refused), HOST_NOT_FOUND, INVALID_DATA (no JSON, or not the API's)… */
IdrOmeroImage *idr_omero_read (const gchar *server, const IdrOmeroLogin *login, gint64 id,
                               gchar ***notes, GCancellable *cancellable, GError **error);
void idr_omero_image_free (IdrOmeroImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrOmeroImage, idr_omero_image_free)

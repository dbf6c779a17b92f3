/* The I/O thread's one place to wait: sockets, libcurl's timer, and a pipe that others wake it by
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "poller.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <unistd.h>

static GPollFD *
get_polled (IdrHttpPoller *poller, guint i)
{
  return &g_array_index (poller->polled, GPollFD, i);
}

static gint
on_socket (CURL *easy, curl_socket_t socket, gint what, void *data, void *unused)
{
  guint i = 1;
  IdrHttpPoller *poller = data;
  GPollFD polled = { .fd = socket };
  while (i < poller->polled->len && get_polled (poller, i)->fd != socket)
    i++;
  if (what == CURL_POLL_REMOVE)
    {
      if (i < poller->polled->len)
        g_array_remove_index_fast (poller->polled, i);
      return 0;
    }
  polled.events = (what & CURL_POLL_IN ? G_IO_IN : 0) | (what & CURL_POLL_OUT ? G_IO_OUT : 0);
  if (i == poller->polled->len)
    g_array_append_val (poller->polled, polled);
  else
    *get_polled (poller, i) = polled;
  return 0;
}

static gint
on_timer (CURLM *multi, glong timeout_ms, void *data)
{
  IdrHttpPoller *poller = data;
  poller->timer = timeout_ms < 0 ? G_MAXINT64 : g_get_monotonic_time () + timeout_ms * (gint64)1000;
  return 0;
}

void
idr_http_poller_init (IdrHttpPoller *poller)
{
  poller->timer = G_MAXINT64;
  poller->polled = g_array_new (FALSE, FALSE, sizeof (GPollFD));
  poller->ready = g_array_new (FALSE, FALSE, sizeof (GPollFD));
  if (!g_unix_open_pipe (poller->pipe, FD_CLOEXEC, NULL)
      || !g_unix_set_fd_nonblocking (poller->pipe[0], TRUE, NULL)
      || !g_unix_set_fd_nonblocking (poller->pipe[1], TRUE, NULL))
    g_error ("no pipe: %s", g_strerror (errno));
  GPollFD wake = { .fd = poller->pipe[0], .events = G_IO_IN };
  g_array_append_val (poller->polled, wake);
  poller->multi = curl_multi_init ();
  if (poller->multi == NULL)
    g_error ("libcurl: out of memory");
  curl_multi_setopt (poller->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt (poller->multi, CURLMOPT_SOCKETDATA, poller);
  curl_multi_setopt (poller->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt (poller->multi, CURLMOPT_TIMERDATA, poller);
}

void
idr_http_poller_wake (IdrHttpPoller *poller)
{
  while (write (poller->pipe[1], "", 1) < 0 && errno == EINTR)
    continue;
}

void
idr_http_poller_run_timer (IdrHttpPoller *poller)
{
  gint running;
  if (poller->timer > g_get_monotonic_time ())
    return;
  poller->timer = G_MAXINT64;
  curl_multi_socket_action (poller->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

/* For poll(): milliseconds, rounded up, and -1 for ever. */
static gint
get_timeout (gint64 due)
{
  if (due == 0)
    return 0;
  if (due == G_MAXINT64)
    return -1;
  return CLAMP ((due - g_get_monotonic_time () + 999) / 1000, 0, G_MAXINT);
}

static void
drain (gint fd)
{
  gchar bytes[64];
  while (read (fd, bytes, sizeof bytes) == sizeof bytes)
    continue;
}

void
idr_http_poller_wait (IdrHttpPoller *poller, gint64 due)
{
  gint running;
  gint timeout = get_timeout (MIN (due, poller->timer));
  if (g_poll (get_polled (poller, 0), poller->polled->len, timeout) <= 0)
    return;
  if (get_polled (poller, 0)->revents != 0)
    drain (poller->pipe[0]);
  /* A copy: libcurl changes the list while it works. */
  g_array_set_size (poller->ready, 0);
  for (guint i = 1; i < poller->polled->len; i++)
    if (get_polled (poller, i)->revents != 0)
      g_array_append_val (poller->ready, *get_polled (poller, i));
  for (guint i = 0; i < poller->ready->len; i++)
    {
      GPollFD *ready = &g_array_index (poller->ready, GPollFD, i);
      gint events = (ready->revents & G_IO_IN ? CURL_CSELECT_IN : 0)
                    | (ready->revents & G_IO_OUT ? CURL_CSELECT_OUT : 0)
                    | (ready->revents & (G_IO_ERR | G_IO_HUP) ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action (poller->multi, ready->fd, events, &running);
    }
}

/* The words of a chain: "a x=1 ! b y='two words'", understood before anything is opened
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <string.h>

typedef struct
{
  gchar *text; /* as written, quotes and all */
  gsize at;    /* the place of its first character, from 1 on */
} Word;

static void
word_free (gpointer data)
{
  Word *word = data;

  g_free (word->text);
  g_free (word);
}

void
lamina_stage_free (LaminaStage *stage)
{
  g_free (stage->name);
  g_ptr_array_unref (stage->names);
  g_array_unref (stage->values);
  g_free (stage);
}

LaminaStage *
lamina_stage_new (const gchar *name)
{
  LaminaStage *stage = g_new0 (LaminaStage, 1);

  stage->name = g_strdup (name);
  stage->names = g_ptr_array_new_with_free_func (g_free);
  stage->values = g_array_new (FALSE, TRUE, sizeof (GValue));
  g_array_set_clear_func (stage->values, (GDestroyNotify)g_value_unset);
  return stage;
}

static void
blame (const Word *word, GError **error)
{
  if (error != NULL && *error != NULL)
    {
      (*error)->domain = LAMINA_ERROR;
      (*error)->code = LAMINA_ERROR_CHAIN;
    }
  g_prefix_error (error, "\"%s\" (character %" G_GSIZE_FORMAT " of the chain): ", word->text,
                  word->at);
}

/* Where the word that begins at @text ends: at white space outside of quotes. */
static const gchar *
find_end (const gchar *text)
{
  gchar quote = '\0';

  for (; *text != '\0' && (quote != '\0' || !g_ascii_isspace (*text)); text++)
    if (*text == '\\' && quote != '\'' && text[1] != '\0')
      text++;
    else if (quote == '\0' && (*text == '"' || *text == '\''))
      quote = *text;
    else if (*text == quote)
      quote = '\0';
  return text;
}

static GPtrArray *
split (const gchar *description)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (word_free);
  const gchar *text = description;

  for (;;)
    {
      const gchar *end;
      Word *word;

      while (g_ascii_isspace (*text))
        text++;
      if (*text == '\0')
        return words;

      end = find_end (text);
      word = g_new0 (Word, 1);
      word->text = g_strndup (text, (gsize)(end - text));
      word->at = (gsize)g_utf8_strlen (description, text - description) + 1;
      g_ptr_array_add (words, word);
      text = end;
    }
}

/* --- Understanding ----------------------------------------------------------------------- */

static LaminaStage *
parse_name (const Word *word, GError **error)
{
  if (strchr (word->text, '=') != NULL)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN,
                 "An operation's name must stand here, before its parameters");
  else if (lamina_operation_find (word->text) != G_TYPE_INVALID)
    return lamina_stage_new (word->text);
  else
    lamina_registry_set_missing (word->text, error);
  blame (word, error);
  return NULL;
}

static gboolean
parse_value (LaminaStage *stage, LaminaOperationClass *klass, const gchar *name,
             const gchar *quoted, GError **error)
{
  GParamSpec *property = lamina_operation_class_find (klass, name);
  g_autofree gchar *text = NULL;
  GValue value = G_VALUE_INIT;

  if (property == NULL)
    {
      lamina_operation_class_set_unknown (klass, stage->name, name, error);
      return FALSE;
    }
  if (g_ptr_array_find_with_equal_func (stage->names, property->name, g_str_equal, NULL))
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN, "%s is given twice", name);
      return FALSE;
    }
  text = g_shell_unquote (quoted, error);
  if (text == NULL)
    return FALSE;

  g_value_init (&value, property->value_type);
  if (!lamina_value_parse (property, text, &value, error))
    {
      g_value_unset (&value);
      return FALSE;
    }
  g_ptr_array_add (stage->names, g_strdup (property->name));
  g_array_append_val (stage->values, value);
  return TRUE;
}

static gboolean
parse_parameter (LaminaStage *stage, const Word *word, GError **error)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (lamina_operation_find (stage->name));
  const gchar *equals = strchr (word->text, '=');
  g_autofree gchar *name = NULL;
  gboolean parsed = FALSE;

  if (equals == NULL)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN,
                 "Write parameters as name=value, and \"!\" before the next operation");
  else
    {
      name = g_strndup (word->text, (gsize)(equals - word->text));
      parsed = parse_value (stage, (LaminaOperationClass *)klass, name, equals + 1, error);
    }
  if (!parsed)
    blame (word, error);
  return parsed;
}

static gboolean
is_join (const Word *word)
{
  return strcmp (word->text, "!") == 0;
}

/* There is no operation at @i of @words, where one must be. */
static void
set_missing (GPtrArray *words, guint i, GError **error)
{
  if (words->len == 0)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN,
                   "The chain is empty: write operations joined by \"!\"");
      return;
    }
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN, "An operation is missing %s it",
               i < words->len ? "before" : "after");
  blame (words->pdata[MIN (i, words->len - 1)], error);
}

/* Takes the words of one stage from @words at @i on, up to "!" or the end. */
static LaminaStage *
parse_stage (GPtrArray *words, guint *i, GError **error)
{
  LaminaStage *stage;

  if (*i == words->len || is_join (words->pdata[*i]))
    {
      set_missing (words, *i, error);
      return NULL;
    }
  stage = parse_name (words->pdata[*i], error);
  for ((*i)++; stage != NULL && *i < words->len && !is_join (words->pdata[*i]); (*i)++)
    {
      if (!parse_parameter (stage, words->pdata[*i], error))
        g_clear_pointer (&stage, lamina_stage_free);
    }
  return stage;
}

GPtrArray *
lamina_words_parse (const gchar *description, GError **error)
{
  g_autoptr (GPtrArray) words = NULL;
  g_autoptr (GPtrArray) stages = g_ptr_array_new_with_free_func ((GDestroyNotify)lamina_stage_free);
  gboolean more = TRUE;

  if (!g_utf8_validate (description, -1, NULL))
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN, "The chain is no UTF-8 text");
      return NULL;
    }
  words = split (description);
  for (guint i = 0; more; i++)
    {
      LaminaStage *stage = parse_stage (words, &i, error);

      if (stage == NULL)
        return NULL;
      g_ptr_array_add (stages, stage);
      more = i < words->len;
    }
  return g_steal_pointer (&stages);
}

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "CTLS.h"

static X509 *first(const uint8_t *pem, size_t count) {
  BIO *bio = BIO_new_mem_buf(pem, (int)count);
  X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, (void *)"") : NULL;
  BIO_free(bio);
  ERR_clear_error();
  return certificate;
}

int ctls_certificate(const uint8_t *pem, size_t count, struct ctls_certificate_info *info) {
  X509 *certificate = first(pem, count);
  if (!certificate) return 0;
  struct tm end;
  unsigned int length = 0;
  int read = ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) &&
             X509_digest(certificate, EVP_sha256(), info->fingerprint, &length) && length == 32;
  if (read) info->ends = (int64_t)timegm(&end);
  X509_NAME *name = X509_get_subject_name(certificate);
  if (X509_NAME_get_text_by_NID(
        name, NID_commonName, info->common_name, sizeof info->common_name) < 0)
    info->common_name[0] = 0;
  X509_free(certificate);
  ERR_clear_error();
  return read;
}

int ctls_covers(const uint8_t *pem, size_t count, const char *name) {
  X509 *certificate = first(pem, count);
  if (!certificate) return 0;
  int covers = X509_check_ip_asc(certificate, name, 0) == 1 ||
               X509_check_host(certificate, name, strlen(name), 0, NULL) == 1;
  X509_free(certificate);
  ERR_clear_error();
  return covers;
}

// OpenSSL's code.
static int verify(X509_STORE_CTX *context, X509_STORE *store, X509 *root, X509 *leaf, int64_t now) {
  if (!X509_STORE_add_cert(store, root) || !X509_STORE_CTX_init(context, store, leaf, NULL))
    return X509_V_ERR_UNSPECIFIED;
  X509_VERIFY_PARAM *how = X509_STORE_CTX_get0_param(context);
  if (now < 0) X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_NO_CHECK_TIME);
  if (now >= 0) X509_VERIFY_PARAM_set_time(how, (time_t)now);
  // What the strictest clients ask for, new Pythons for one.
  X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_X509_STRICT);
  if (!X509_VERIFY_PARAM_set_purpose(how, X509_PURPOSE_SSL_SERVER)) return X509_V_ERR_UNSPECIFIED;
  return X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
}

int ctls_verify(
  const uint8_t *authority, size_t authority_count, const uint8_t *pem, size_t count, int64_t now) {
  X509 *root = first(authority, authority_count), *leaf = first(pem, count);
  X509_STORE *store = X509_STORE_new();
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  int code = X509_V_ERR_UNSPECIFIED;
  if (root && leaf && store && context) code = verify(context, store, root, leaf, now);
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  X509_free(leaf);
  X509_free(root);
  ERR_clear_error();
  if (code == X509_V_ERR_PERMITTED_VIOLATION || code == X509_V_ERR_EXCLUDED_VIOLATION)
    return ctls_outside;
  return code == X509_V_OK ? ctls_vouched : ctls_not_vouched;
}

-- Files that may hold secrets never reach the helper: their names and places, what stands in them, what the user and
-- git say of them. The case plays the helper.
local T = require('harness')
local complete = require('lib.complete')
local suggest = require('lib.suggest')
local test, eq = T.test, T.eq

T.once()

local OPTS = suggest.OPTS

---@param list string
---@return string[]
local function words(list) return vim.split(vim.trim(list), '%s+') end

-- Below a home directory, but for those with a slash in front.
local NEVER = {
  ['public examples'] = words([[
    .env .env.local .envrc prod.env secrets.yaml credentials.json .git-credentials id_rsa server.pem .netrc .pgpass .my.cnf
    terraform.tfvars terraform.tfstate .vault_pass .authinfo .docker/config.json .s3cfg .config/gh/hosts.yml wg0.conf .npmrc
    .pypirc passwords.kdbx cert.p12 .aws/credentials .ssh/config /etc/shadow token.txt kubeconfig .vault-token .bash_history
    auth.json htpasswd]]),
  ['environment variables'] = words([[
    .env.production .env.development.local .ENV staging.env app.env.yaml .dev.vars .dev.vars.production .flaskenv env
    env.production web/.env.test docker.env .envrc.local]]),
  ['keys'] = words([[
    id_ed25519 id_ecdsa_sk id_rsa.old id_dsa deploy_rsa github_ed25519 ssh_host_rsa_key server.key SERVER.PEM ca.crt tls.cert
    AuthKey_ABC123.p8 release.keystore upload.jks putty.ppk identity.pfx service.keytab .ssh/known_hosts .ssh/config.d/work
    .gnupg/gpg.conf mail.gpg notes.asc secret.age keys.txt .config/sops/age/keys.txt age.key private.key privkey.pem
    credentials.yml.enc master.key config/master.key production.key /etc/ssl/private/site /etc/letsencrypt/live/x/fullchain
    wireguard.psk kubernetes.privkey otr.private_key signing.snk]]),
  ['what password managers keep'] = words([[
    vault.kdb store.psafe3 login.keychain-db .password-store/mail.txt bitwarden_export.json 1password-export.csv
    lastpass_export.csv keepass-export.xml kdewallet.kwl login.keyring .lpass/iterations wallet.dat pass.txt pwd.txt
    recovery-codes.txt github-recovery-codes.txt backup_codes.txt seed-phrase.txt mnemonic.txt .google_authenticator
    /dev/shm/pass.Xy12/x-mail.txt /tmp/gopass-edit42/x]]),
  ['words'] = words([[
    secret.txt my-secrets.toml client_secret.json client_secret_12-ab.apps.googleusercontent.com.json Secrets.plist
    Secrets.xcconfig db_password.ini passwords.csv PASSWORDS passwd.bak root.passwd passphrase.txt dbpassword.conf credentials
    .credentials aws-credentials.ini creds.json flows_cred.json apikey apikeys.yaml api_key.txt API-KEYS.env apiKey.json
    access_key.csv accessKeys.csv rootkey.secret private_key.json secret_key_base github_token github-token.txt tokens.yml
    access_token.json oauth_token .token slack.token refresh-token.dat bot_token.txt discordToken.json passwords.md
    my-passwords.org credentials.md api-keys.md wifi-password.txt secrets.sh my_secrets.zsh credentials.ps1 password.properties
    application-secrets.yml vault-password-file userpass.txt pgpassword]]),
  ['folders of secrets'] = words([[
    config/secrets/prod.yml secrets/db.txt .secrets/x .credentials/gmail.json /run/secrets/db /var/run/secrets/tls/ca
    private_keys/app tokens/github.txt k8s/secrets/db.yaml /run/agenix/mail]]),
  ['databases and servers'] = words([[
    .pg_service.conf .mylogin.cnf .odbc.ini .mongorc.js .dbshell .dbt/profiles.yml .snowsql/config config/database.yml
    config/mongoid.yml dbeaver-data-sources.xml .idea/dataSources.xml .idea/dataSources.local.xml .idea/webServers.xml
    filezilla.xml recentservers.xml sitemanager.xml winscp.ini sftp-config.json .vscode/sftp.json .ftpconfig .remote-sync.json
    .curlrc .wgetrc _netrc robomongo.json .smbcredentials /etc/mysql/debian.cnf deployment-config.json]]),
  ['clouds and clusters'] = words([[
    .aws/config .azure/accessTokens.json .config/gcloud/application_default_credentials.json .config/gcloud/configurations/x
    .boto .oci/config .aliyun/config.json .databrickscfg .databricks/token-cache.json .config/doctl/config.yaml .fly/config.yml
    .vercel/auth.json .config/rclone/rclone.conf rclone.conf ngrok.yml .ngrok2/ngrok.yml .config/stripe/config.toml
    local.settings.json site.publishsettings my-service-account.json serviceAccountKey.json gcp-key.json adc.json
    app-firebase-adminsdk-x1y2.json google-services.json GoogleService-Info.plist clouds.yaml admin-openrc.sh .edgerc .clasprc.json
    .kube/config kubeconfig.yaml prod.kubeconfig staging-kubeconfig /etc/rancher/k3s/k3s.yaml /etc/kubernetes/admin.conf
    .talos/config talosconfig .dockercfg .dockerconfigjson .config/helm/registry/config.json containers/auth.json
    .minikube/config/x.json]]),
  ['infrastructure'] = words([[
    terraform.tfstate.backup prod.auto.tfvars dev.tfvars.json .terraform/terraform.tfstate .terraformrc credentials.tfrc.json
    .vault_pass.txt vault-password.txt vault.yml group_vars/all/vault group_vars/prod/vault.yml vault-keys.json
    unseal-keys.json .ansible/tmp/ansible-local-1ab/tmpx.yml .pulumi/credentials.json unattend.xml .chef/user.pem]]),
  ['registries and repositories'] = words([[
    .yarnrc.yml pip.conf .gem/credentials .cargo/credentials.toml .cargo/credentials .m2/settings.xml settings-security.xml
    .gradle/gradle.properties NuGet.Config .composer/auth.json .config/pypoetry/auth.toml .bundle/config .config/hub
    .config/glab-cli/config.yml .config/github-copilot/apps.json .gitcookies .config/git/credentials .cvspass
    .subversion/auth/svn.simple/x .sentryclirc .travis/config.yml .circleci/cli.yml .coveralls.yml kaggle.json .kaggle/kaggle.json
    .cache/huggingface/token .claude.json .claude/.credentials.json .codex/auth.json .gemini/oauth_creds.json]]),
  ['histories'] = words([[
    .zsh_history .zhistory .histfile .history .sh_history fish_history .python_history .node_repl_history .irb_history
    .psql_history .mysql_history .sqlite_history .rediscli_history .lesshst .viminfo main.shada .mongosh/mongosh_repl_history
    ConsoleHost_history.txt .Rhistory bash_history]]),
  ['mail, chat and networks'] = words([[
    .authinfo.gpg .muttrc .neomuttrc .config/neomutt/accounts .msmtprc .config/msmtp/config .mbsyncrc .offlineimaprc .fetchmailrc
    .config/aerc/accounts.conf .config/himalaya/config.toml sasl_passwd .irssi/config .weechat/sec.conf .purple/accounts.xml
    servlist.conf client.ovpn /etc/wireguard/office.conf wg-home.conf office.nmconnection wpa_supplicant.conf
    /etc/NetworkManager/system-connections/home /etc/ppp/chap-secrets ipsec.secrets office.pcf /etc/netplan/01.yaml]]),
  ['systems'] = words(
    [[
    /etc/gshadow /etc/shadow- /etc/sudoers /etc/sudoers.d/me /etc/passwd /etc/master.passwd .htpasswd .htdigest users.htpasswd
    proftpdpasswd smbpasswd /etc/sssd/sssd.conf tomcat-users.xml doas.conf kafka_jaas.conf pwfile /etc/cloud-init/user.cfg]]
  ),
  ['applications and browsers'] = words([[
    wp-config.php local_settings.py LocalSettings.php secret_token.rb config/prod.secret.exs arduino_secrets.h config.inc.php
    sites/default/settings.php app/etc/env.php config/parameters.yml keystore.properties key.properties local.properties
    app.mobileprovision homeserver.yaml .mozilla/firefox/x/prefs.js logins.json cookies.txt cookies.sqlite session.har
    .config/google-chrome/Default/Preferences cookiejar.txt]]),
  ['neighbours of all these'] = words([[
    .env.vault .env.keys .envrc.private privatekey.txt accesskey.csv sshkey otp.txt totp-secrets.txt keystore.json keyfile
    keyfile.json db_pass mysql.pass vpn-pass.txt .passwd authorized_keys known_hosts .git/config id_rsa_github github_rsa deploy_key
    initialAdminPassword hudson.util.Secret rsyncd.secrets .vagrant/machines/default/virtualbox/private_key prod.pkrvars.hcl
    jwt_token.txt bearer_token client_secrets.json service-account-key.json my-project-0123456789ab.json firebase-adminsdk.json
    .config/gcloud/credentials.db .ssh/id_rsa.pub .gnupg/secring.gpg private.pem .keystore .ovpn openvpn.ovpn .Xauthority .extra
    .exports /etc/vipw.x1 /tmp/20261129-1234-x1-production.yml .secrets .secrets.toml secret-values.yaml vault_password
    ansible-vault.yml wp-config.php.bak .pgpass.bak .config/rclone/rclone.conf .local/share/keyrings/login.keyring .config/op/config
    .netrc.gpg authinfo .mutt/muttrc msmtprc .ngrok2/ngrok.yml aws_credentials aws-keys.txt rootkey.csv accessKeys.csv
    new_user_credentials.csv credentials.csv gha-creds-1234.json .config/hub .dockerconfigjson pull-secret.json secret.yaml
    admin.kubeconfig kubeconfig.yml .kube/config k3s.yaml talosconfig terraform.tfstate.d/prod/terraform.tfstate
    .terraform.d/credentials.tfrc.json errored.tfstate .ansible_vault_pass vaultpass.txt tokens.json .token gitlab-token
    slack_webhook.txt .htaccess.passwd passwords.xlsx password root_password.txt db.passwd mosquitto_passwd unseal-keys.json
    recovery_codes.txt seed.txt wallet.json ca-key.pem tls.key server.crt dhparam.pem .zsh_history .local/share/fish/fish_history
    .mysql_history .psql_history .node_repl_history .config/containers/auth.json /run/user/1000/containers/auth.json
    .cargo/credentials.toml .m2/settings.xml .config/filezilla/sitemanager.xml Web.config.secret apikey.txt openai_api_key
    .openai_api_key anthropic.key keys.env api-token.yaml secrets.json secrets.toml secrets.ini user-secrets.json
    application-secrets.properties .streamlit/secrets.toml config/master.key config/credentials.yml.enc config/secrets.yml
    database.yml /etc/wireguard/wg0.conf /etc/openvpn/client.conf /etc/openvpn/auth.txt /etc/ppp/pap-secrets
    /etc/NetworkManager/system-connections/Wifi.nmconnection /etc/wpa_supplicant/wpa_supplicant.conf /proc/self/environ
    .mozilla/firefox/x/logins.json cookies.txt]]),
  ['more of what tools keep'] = words([[
    tmp/sopsAb12/app.yaml /tmp/ansible-vault-x.yml /var/tmp/sudoersAb3dE9xZ /tmp/vault123.json /h/.local/share/keyrings/user.keystore
    /h/.step/config/x.json /h/.putty/sessions/x /h/x.remmina /h/.vnc/passwd /h/.octave_hist /h/.expo/state.json /etc/snmp/snmpd.conf
    /h/.passwd-s3fs /etc/corosync/authkey /etc/ceph/ceph.client.admin.keyring /etc/bind/rndc.key /h/.azure/msal_token_cache.json
    /h/.aws/sso/cache/abc.json]]),
  ['databases, clouds, wallets and words of other languages'] = words([[
    root.my.cnf logins.xlsx pass.csv pin.txt gcp-sa.json settings.local.php connectionstrings.config dist.mobileprovision
    .sbt/1.0/credentials.sbt .sops/age.txt webhook-url.txt
    .env.defaults.local env.prod env.staging /etc/redis/redis.conf .cassandra/cqlshrc cqlshrc .cqlshrc
    .influxdbv2/configs .clickhouse-client/config.xml .duckdbrc .ansible-vault .vaultrc foo.sops.yml .sops.yaml.dec
    docker-config.json registry-auth.json kube.config kube-config kube_config.yml kube_config_cluster.yml admin.conf
    kubelet.conf bootstrap-kubelet.conf rke2.yaml azureProfile.json azureauth.json sa-key.json firebase-key.json
    client_id.json oauth2.json youtube-oauth2.json .digitalocean .hcloud/cli.toml .linode-cli .ibmcloud/config.json
    .tencentcloudcli/default.credential default.credential .scwrc .mc/config.json .minio/config.json
    .config/borg/keys/host .duplicacy/preferences .duply/x/conf .twinerc .histdb .config/fish/fish_variables
    .octave_hist wireguard.conf /etc/ipsec.d/private/x openfortivpn.config /etc/openfortivpn/config vpnc.conf
    /etc/vpnc/default.conf snmpd.conf /etc/snmp/snmpd.conf authinfo.txt cookie.txt cookie.jar pws.txt passwörter.txt
    mots-de-passe.txt contraseñas.txt contrasenas.txt пароли.txt 密码.txt openai_key.txt openai-key anthropic_key
    stripe_keys.json .openai github_pat.txt pat.txt bearer.txt jboss-users.properties logincreds.txt login.txt
    luks-keyfile crypto_keyfile.bin /crypto_keyfile.bin /boot/luks.keyfile .zfs-key tang.jwk jwks-private.json
    private.jwk jwk.json key.jwk keypair.json solana/id.json .config/solana/id.json .foundry/keystores/x
    .near-credentials/mainnet/x.json .brownie/accounts/x.json age-key.txt .age/identity.txt identity.txt signify.sec
    .lego/accounts/x.json acme.json traefik/acme.json cloudflare.ini .netlify/state.json newrelic.yml .slackcat
    .config/slack-term/config .signal/config.json .local/share/signal-cli/data/+123 .telegram-cli/auth
    session.session telethon.session .config/discordo/config.toml instagram.session .config/wandb/settings
    .cursor/mcp.json mcp.json .mcp.json claude_desktop_config.json .android/adbkey adbkey fastlane/.env.default
    .zshenv.local .zshrc.local .bashrc.local .profile.local .private/notes.txt profiles.yml airflow.cfg
    .airflow/airflow.cfg connections.toml .dvc/config.local .perforce/p4tickets .p4tickets p4tickets.txt .p4enviro
    putty.reg .config/remmina/x.remmina server.remmina /etc/freeradius/3.0/clients.conf /etc/raddb/clients.conf
    /etc/turnserver.conf /etc/coturn/turnserver.conf /etc/grafana/grafana.ini /etc/luks/key
    /var/tmp/sudoersXXXX.abcdefgh C:\Users\me\AppData\Roaming\npm\.npmrc private_dot_netrc.tmpl]]),
  ['copies and files that tools have decrypted'] = words([[
    .env~ .env.bak .npmrc.orig id_rsa.save credentials.json.old #.netrc# .pgpass.swp auth.json.tmp /etc/shadow.edit
    /etc/sudoers.tmp /var/tmp/shadow.Ab3dE9xZ /var/tmp/sudoers.k2Jd8sPq /var/tmp/myAb3dE9xZ.cnf /tmp/kubectl-edit-3178.yaml
    /tmp/oc-edit-12.yaml /tmp/3049582230/values.yaml /var/folders/zz/x1/T/3049582230/app.json /tmp/eyaml_edit20261129-x.yaml
    /tmp/crontab.Ab3dE9 values.decrypted.yaml secrets.dec.yaml private_dot_ssh/config dot_netrc dot_aws/credentials
    dotfiles/pgpass .local/state/nvim/backup/%home%u%.env~]]),
  ['names that are no paths'] = words([[
    scp://host//etc/shadow scp://me@host/.ssh/config suda:///etc/sudoers zipfile:///a.zip::conf/.env oil:///h/.aws/x
    fugitive:///h/p/.git//0/.env sftp://host/backup/id_rsa]]),
}

local READ = {
  ['public examples'] = words('secret_santa.py password_reset_controller.rb tokenizer.py environment.rb main.c'),
  ['code'] = words([[
    credentials_test.go secrets.go token.c password.rs Secrets.swift PasswordField.tsx secrets.py credentials.rb auth.js
    apiKeys.ts ApiKey.java SecretManager.kt password.php tokens.css secret.lua secrets.nix secrets.tf password_hash.cpp
    credentials.h Credential.cs token.zig secret.vue passwords.sql api_key.ex secrets.ml token.scala Password.hs env.ts
    environment.ts keys.rs key.go vite-env.d.ts env.d.ts history.py wireguard/device.c tinc/net.c secrets/store.go
    private_keys/rsa.py internal/credentials/provider.go tokens/lexer.l rotate_secrets.sh create-token.sh kube/client.go
    src/secrets/mod.rs passwords/reset.html.erb password_mailer.html.erb secret.yml.j2 credentials.d.ts wp-login.php settings.py
    gcloud/main.py docker/build.py aws/lambda.ts]]),
  ['data'] = words(
    [[
    package.json config.json settings.json tsconfig.json tokenizer.json tokenizer_config.json special_tokens_map.json
    design-tokens.json added_tokens.json environment.yml compose.yaml docker-compose.yml Cargo.toml Cargo.lock pyproject.toml
    monkey.txt keyboard.txt turkey.csv passport.json compass.txt passenger.csv author.json authors.txt secretary.txt
    keymap.json keybindings.json hosts inventory.ini crontab fstab nginx.conf my.conf sshd.service notes.txt todo.txt
    settings.gradle gradle.properties application.yml .gitignore .gitattributes .editorconfig .eslintrc.json .prettierrc .bashrc
    .zshrc .vimrc .tmux.conf .gitconfig Vagrantfile Jenkinsfile Dockerfile Makefile CMakeLists.txt data.csv schema.graphql]]
  ),
  ['prose'] = words([[
    README.md README LICENSE HISTORY HISTORY.md CHANGELOG.md docs/managing-secrets.md password-reset.md docs/tokens-explained.rst
    passwordless.md how-to-store-credentials.adoc token-based-auth.md thesis.tex secret-santa.md]]),
  ['texts about such things'] = words(
    [[
    docs/secrets.md docs/tokens.md doc/api-keys.rst locale/en/passwords.yml config/locales/passwords.en.yml
    locales/password.json i18n/token.json translations/secrets.de.yml schemas/token.json .github/workflows/secrets.yml
    .github/workflows/rotate-tokens.yml analysis/passwords.ipynb icons/key.svg po/passwords.po Secrets.strings
    __snapshots__/token.test.ts.snap credentials.prisma secrets.jsonnet password.xsd tmp/crontab.rb unseal.go kubeconfig.go]]
  ),
  ['examples'] = words([[
    .env.example .env.sample .env.template .env.dist example.env secrets.example.yml credentials.json.example
    terraform.tfvars.example config/database.yml.sample local_settings.py.example sample.env]]),
}

--- What the list says of each name, and which of them are not as they should be.
---@param names string[]
---@param refused boolean
---@return string[]
local function wrong(t, names, refused)
  return t:lua(
    [[
    local names, refused = ...
    local sensitive, found = require('hum.sensitive'), {}
    for _, name in ipairs(names) do
      local path = (name:find('^/') or name:find('^%w+:')) and name or '/home/u/' .. name
      local why = sensitive.of_path(path)
      if (why ~= nil) ~= refused then table.insert(found, name .. (why and ': ' .. why or '')) end
    end
    return found]],
    names,
    refused
  )
end

for what, names in vim.spairs(NEVER) do
  test('never read: ' .. what, OPTS, function(t) eq({}, wrong(t, names, true)) end)
end

for what, names in vim.spairs(READ) do
  test('read as any other file: ' .. what, OPTS, function(t) eq({}, wrong(t, names, false)) end)
end

test('the list is long', function()
  local n = 0
  for _, names in pairs(NEVER) do
    n = n + #names
  end
  T.ok(n > 400, n)
end)

--- Opens a file, types in it, and gives the names that the helper was told.
local function visit(t, name, lines)
  t:cmd('silent! %bwipeout!')
  suggest.open(t, lines or { 'x' }, name)
  suggest.sent(t)
  suggest.type(t, 'Ax<Esc>')
  return vim.tbl_map(function(one) return one[3].name end, suggest.sent(t, 'attach'))
end

local function status(t) return t:lua([[return require('hum.complete').status()]]) end

--- Configures hum with these options of completion.
local function configure(t, options)
  t:lua([[require('hum').setup({ complete = vim.tbl_extend('force', { mode = 'on' }, ...) })]], options)
end

test('none of them is attached, whatever is set for the buffer', OPTS, function(t)
  for _, name in ipairs({ '.env', 'id_rsa', 'token.txt', '.kube/config', 'passwords.md', 'my.tfvars' }) do
    t:lua([[vim.fn.mkdir('.kube', 'p')]])
    eq({}, visit(t, name), name)
    t:cmd('let b:hum_complete = "on"')
    suggest.type(t, 'Ay<Esc>')
    eq({}, suggest.sent(t), name)
    T.match('completion is off in this buffer: it may hold ', status(t), true)
  end
  eq({ 'credentials_test.go' }, visit(t, 'credentials_test.go'))
end)

test('a file by another name is what it is', OPTS, function(t)
  t:write_file('vault/secrets.yml', 'a: b\n')
  t:write_file('plain/config.txt', 'a: b\n')
  t:lua([[
    vim.uv.fs_symlink(vim.uv.cwd() .. '/vault/secrets.yml', 'innocent.yml')
    vim.fn.mkdir('real/.aws', 'p')
    vim.uv.fs_symlink(vim.uv.cwd() .. '/real/.aws', 'cloud')
    vim.uv.fs_symlink(vim.uv.cwd() .. '/plain/config.txt', '.env')]])
  eq({}, visit(t, 'innocent.yml'))
  eq({}, visit(t, 'cloud/config'), 'a new file behind a link')
  eq({}, visit(t, '.env'), 'a link that is called so')
end)

test('the list of the user is added to, and "!" allows', OPTS, function(t)
  configure(t, { exclude = { '*.private.txt', '!*/fixtures/*', '!public.pem', '*/fixtures/never.env' } })
  t:lua([[vim.fn.mkdir('fixtures', 'p')]])
  eq({}, visit(t, 'a.private.txt'))
  T.match('complete.exclude contains *.private.txt', status(t), true)
  eq({}, visit(t, '.env'))
  eq({ 'public.pem' }, visit(t, 'public.pem', { '-----BEGIN PRIVATE KEY-----' }))
  eq({ 'fixtures/.env' }, visit(t, 'fixtures/.env'))
  eq({}, visit(t, 'fixtures/never.env'), 'the last pattern that matches decides')
  eq({ 'plain.txt' }, visit(t, 'plain.txt'))
end)

local KEY = ('MIIEpAIBAAKCAQEA7bq'):rep(3)

-- A name, what stands in the file, and whether it is read.
local CONTENTS = {
  { 'a.txt', { '', '-----BEGIN RSA PRIVATE KEY-----', KEY }, false },
  { 'a.txt', { '-----BEGIN OPENSSH PRIVATE KEY-----' }, false },
  { 'a.txt', { '-----BEGIN PGP PRIVATE KEY BLOCK-----' }, false },
  { 'a.txt', { '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----' }, false },
  { 'a.yml', { 'key: |', '  -----BEGIN EC PRIVATE KEY-----' }, false },
  { 'a.json', { '{"private_key": "-----BEGIN PRIVATE KEY-----\\nMII"}' }, false },
  { 'a.txt', { 'PuTTY-User-Key-File-3: ssh-ed25519' }, false },
  { 'a.txt', { '# created: 2026', 'AGE-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9' }, false },
  { 'a.yml', { '$ANSIBLE_VAULT;1.1;AES256' }, false },
  { 'a.yml', { 'password: ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]' }, false },
  { 'a.ini', { 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENGbPxRfiCYEXAMPLEKEY' }, false },
  { 'a.sh', { 'export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENGbPxRfiCYEXAMPLEKEY' }, false },
  { 'a.py', { 'TOKEN = "ghp_' .. ('a1B2'):rep(9) .. '"' }, false },
  { 'a.js', { 'const t = "xoxb-123456789012-abcdefABCDEF"' }, false },
  { 'a.yaml', { 'apiVersion: v1', 'kind: Secret', 'data:', '  a: YQ==' }, false },
  { 'a.yaml', { 'users:', '- user:', '    client-key-data: LS0t' }, false },
  { 'a.conf', { '[Interface]', 'PrivateKey = ' .. ('a'):rep(43) .. '=' }, false },
  { 'users', { 'root:$6$salt$hash:19000:0:99999:7:::' }, false },
  { 'a.txt', { 'machine example.com login me password hunter2' }, false },
  { 'a.go', { 'const key = `-----BEGIN RSA PRIVATE KEY-----', KEY, '`' }, false },
  { 'a.py', { 'KEY = "-----BEGIN PRIVATE KEY-----\\n' .. KEY .. '"' }, false },
  -- A key in a program, quoted, behind a comment, behind headers; one in base64
  { 'a.md', { '> -----BEGIN RSA PRIVATE KEY-----', '> ' .. KEY }, false },
  { 'a.py', { "KEY = b'-----BEGIN RSA PRIVATE KEY-----\\n'", "b'" .. KEY .. "\\n'" }, false },
  { 'a.c', { '// -----BEGIN EC PRIVATE KEY-----', '// ' .. KEY }, false },
  { 'a.py', { '-----BEGIN RSA PRIVATE KEY-----', 'Proc-Type: 4,ENCRYPTED', 'DEK-Info: X', '', KEY }, false },
  { 'a.tf', { '  key = <<EOF', '-----BEGIN RSA PRIVATE KEY-----', KEY, 'EOF' }, false },
  { 'a.yaml', { 'tls.key: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcEFJ' }, false },
  { 'a.json', { '{"kty":"RSA","d":"' .. ('aB1_'):rep(12) .. '","n":"abc"}' }, false },
  { 'a', { '-----BEGIN OpenVPN Static key V1-----' }, false },
  { 'a', { 'untrusted comment: minisign encrypted secret key', 'RWRTY0Iy' }, false },
  -- Keys of services
  { 'a.js', { "secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY'," }, false },
  { 'a.py', { 'ID = "AKIAIOSFODNN7ABCDEFG"' }, false },
  { 'a.js', { "const key = 'AIza" .. ('aB1_x'):rep(7) .. "'" }, false },
  { 'a.py', { 'u = "https://hooks.slack.com/services/T01/B01/' .. ('X1'):rep(12) .. '"' }, false },
  { 'a.py', { 'k = "sk-' .. ('a1B2'):rep(5) .. 'T3BlbkFJ' .. ('a1B2'):rep(5) .. '"' }, false },
  { 'a.py', { 'k = "sk-or-v1-' .. ('a1b2'):rep(16) .. '"' }, false },
  { 'a.py', { 'k = "gsk_' .. ('a1B2'):rep(13) .. '"' }, false },
  { 'a.py', { 'k = "SG.' .. ('a1B2'):rep(5) .. 'ab.' .. ('a1B2'):rep(10) .. 'abc"' }, false },
  { 'a.py', { 'bot = "123456789:AA' .. ('a1B2_'):rep(7) .. '"' }, false },
  { 'a.sh', { 'export VAULT_TOKEN=hvs.' .. ('a1B2'):rep(24) }, false },
  { 'a.sh', { 'docker login -p dckr_pat_' .. ('a1B2'):rep(7) }, false },
  { 'a.txt', { 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3.dozjgNryP4J3jVmNHl0w5N' }, false },
  -- Kubernetes, docker, terraform, passwords
  { 'a.yaml', { '- apiVersion: v1', '  kind: Secret', '  data:', '    a: YQ==' }, false },
  { 'a.yml', { 'items:', '- apiVersion: v1', '  data:', '    a: YQ==', '  kind: Secret', '  type: x' }, false },
  { 'a.json', { '{"apiVersion":"v1","kind":"Secret","data":{"a":"YQ=="}}' }, false },
  { 'a', { 'kind: Config', 'users:', '- user:', '    token: eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9' }, false },
  { 'a.conf', { '[Peer]', 'PresharedKey = ' .. ('a'):rep(43) .. '=' }, false },
  { 'config.json', { '{', '  "auths": {', '    "ghcr.io": {', '      "auth": "bWU6aHVudGVyMg=="' }, false },
  { 'a.json', { '{', '  "terraform_version": "1.5.0",', '  "lineage": "abc",' }, false },
  { 'users', { 'admin:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=' }, false },
  { 'a', { 'machine api.github.com', '  login me', '  password hunter2' }, false },
  { 'a', { 'https://me:hunter2pass@github.com' }, false },
  { 'a.yaml', { 'spec:', '  valuesFrom:', '    - kind: Secret', '      name: db' }, true },
  { 'a.py', { 'H = "-----BEGIN RSA PRIVATE KEY-----"', 'F = "-----END RSA PRIVATE KEY-----"' }, true },
  { 'a.py', { 'ID = "AKIAIOSFODNN7EXAMPLE"', 'k = settings.SECRET_ACCESS_KEY' }, true },
  { 'a', { 'PATH=/bin:$HOME/bin', 'a:$b$' }, true },
  { 'a.yml', { 'url: postgres://user:password@localhost:5432/app' }, true },
  -- Code that speaks of them, and what only looks like them.
  { 'a.py', { 'if line.startswith("-----BEGIN RSA PRIVATE KEY-----"):', '    return parse(line)' }, true },
  { 'a.go', { 'block.Type == "PRIVATE KEY"', 'ghp := 1' }, true },
  { 'a.md', { 'It begins with `-----BEGIN PRIVATE KEY-----`.', 'kind: Secret' }, true },
  { 'a.lua', { 'local p = "AGE-SECRET-KEY-"', 'local s = "$ANSIBLE_VAULT"' }, true },
  { 'a.txt', { '-----BEGIN PUBLIC KEY-----', '-----BEGIN CERTIFICATE-----' }, true },
  { 'a.yaml', { 'kind: SecretStore', 'kind: ExternalSecret', 'secretRef: Secret' }, true },
  { 'a.ini', { 'aws_secret_access_key =', 'aws_secret_access_key = ${SECRET}' }, true },
}

test('what holds a secret is not attached, whatever it is called', OPTS, function(t)
  for _, case in ipairs(CONTENTS) do
    local name, lines, is_read = unpack(case)
    eq(is_read and { name } or {}, visit(t, name, lines), table.concat(lines, '\n'))
    if not is_read then T.match('it holds .* in line %d', status(t)) end
  end
end)

test('a buffer into which a secret is pasted is detached at once', OPTS, function(t)
  eq({ 'a.txt' }, visit(t, 'a.txt'))
  suggest.type(t, 'o')
  suggest.sent(t)
  local buf = t:eval('bufnr()')
  t:lua([[vim.paste({ '', '-----BEGIN PRIVATE KEY-----', 'MIIE', '' }, -1)]])
  local sent = vim.tbl_map(function(one) return one[1] end, suggest.sent(t))
  T.ok(vim.tbl_contains(sent, 'detach'), vim.inspect(sent))
  T.ok(not vim.tbl_contains(sent, 'key'), vim.inspect(sent))
  suggest.type(t, 'abc<Esc>Ax<Esc>')
  eq({}, suggest.sent(t))
  T.match('it holds a private key in line 3', status(t), true)
  -- It goes, and all is as before.
  t:cmd('3,4delete _')
  suggest.type(t, 'Ax<Esc>')
  eq({ buf }, vim.tbl_map(function(one) return one[2] end, suggest.sent(t, 'attach')))
  suggest.sent(t)
  t:cmd('silent undo | silent undo')
  suggest.type(t, 'Ax<Esc>')
  eq({}, suggest.sent(t, 'key'))
end)

test('so is one in which many lines are changed at once', OPTS, function(t)
  local lines = {}
  for i = 1, 200 do
    lines[i] = 'line ' .. i
  end
  eq({ 'a.txt' }, visit(t, 'a.txt', lines))
  t:cmd([[silent %s/line \d\+/AGE-PUBLIC-KEY-1QQQSYQCYQ5RQWZQFPG9/]])
  suggest.settle(t)
  eq({}, suggest.sent(t, 'detach'))
  t:cmd([[silent %s/PUBLIC/\=line('.') == 160 ? 'SECRET' : 'PUBLISHED AND LONG'/]])
  suggest.settle(t)
  eq(1, #suggest.sent(t, 'detach'))
  T.match('a private key in line 160', status(t), true)
end)

test('so is one into which it comes key by key, at its line break', OPTS, function(t)
  eq({ 'a.txt' }, visit(t, 'a.txt'))
  suggest.type(t, 'oAGE-SECRET-KEY-1QQQSYQCYQ5RQWZQF')
  eq({}, suggest.sent(t, 'detach'))
  suggest.type(t, '<CR>')
  eq(1, #suggest.sent(t, 'detach'))
  suggest.sent(t)
  suggest.type(t, 'abc<CR>')
  eq({}, suggest.sent(t))
  T.match('it holds a private key in line 2', status(t), true)
end)

test('so is one that another program has written a secret into', OPTS, function(t)
  t:write_file('a.txt', 'plain\n')
  t:cmd('edit a.txt')
  suggest.open(t, { 'plain' }, 'a.txt')
  t:cmd('silent write')
  suggest.type(t, 'Ax<Esc>')
  t:cmd('silent write')
  eq(1, #suggest.sent(t, 'attach'))
  t:write_file('a.txt', 'AGE-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9\n')
  t:cmd('edit!')
  suggest.settle(t)
  local detached = suggest.sent(t, 'detach')
  eq({ false, 'a.txt' }, vim.list_slice(detached[#detached], 3), 'what was collected goes, too')
end)

test('the user is told once for each file, and where it says what to do', {
  ui = { 80, 12 },
  init = suggest.init,
}, function(t)
  visit(t, '.env')
  t:wait_screen('%(:help hum%-secrets%)')
  local said = t:messages():gsub('%s+', ' ')
  T.match('no suggestions in ".env": it may hold environment variables (:help hum-secrets)', said, true)
  t:cmd('messages clear')
  suggest.type(t, 'Ax<Esc>Ay<Esc>')
  T.no_match('%S', t:messages())
  visit(t, 'id_rsa')
  t:wait(function() return t:messages():find('"id_rsa"', 1, true) end, 'a word about the other one')
end)

test('nobody is told where completion is off', { ui = { 160, 12 }, init = suggest.init }, function(t)
  configure(t, { mode = 'off' })
  visit(t, '.env')
  T.no_match('%S', t:messages())
end)

test('what git ignores is read unless the user does not want that', OPTS, function(t)
  if vim.fn.executable('git') == 0 then T.skip('no git') end
  t:write_file('.gitignore', 'generated/\n*.scratch\n')
  t:write_file('generated/a.txt', 'x\n')
  t:lua([[vim.fn.system({ 'git', 'init', '--quiet', '.' })]])
  eq({ 'generated/a.txt' }, visit(t, 'generated/a.txt'))
  configure(t, { ignored = false })
  eq({}, visit(t, 'generated/a.txt'))
  t:wait(
    function() return status(t):find('git ignores the file (see complete.ignored)', 1, true) end,
    'the answer of git'
  )
  eq({}, visit(t, 'new.scratch'))
  -- What it does not ignore is attached once it has said so.
  t:cmd('silent! %bwipeout!')
  suggest.sent(t)
  suggest.open(t, { 'x' }, 'main.txt')
  suggest.type(t, 'A')
  t:wait(function()
    return vim.tbl_contains(vim.tbl_map(function(one) return one[1] end, t.sent), 'attach')
  end, 'the file is attached')
end)

test('a script that is not in any repository is no matter of git', OPTS, function(t)
  configure(t, { ignored = false })
  t:cmd('silent! %bwipeout!')
  t:lua([[vim.env.PATH = '/nowhere']])
  suggest.open(t, { 'x' }, 'main.txt')
  suggest.type(t, 'A')
  t:wait(function()
    return vim.tbl_contains(vim.tbl_map(function(one) return one[1] end, t.sent), 'attach')
  end, 'the file is attached')
end)

-- What makes a file that was read one that must not be, besides a secret in it.
local LATER
LATER = {
  ['its name'] = function(t) t:cmd('file token.txt') end,
  ['the list of the user'] = function(t)
    t:lua(
      [[
      local config = vim.deepcopy(require('hum.config').get())
      require('hum').setup({ endpoints = config.endpoints, complete = { mode = 'on', debounce = 0, exclude = { '*notes*' } } })]]
    )
  end,
  ['the list of the user, when it is closed'] = function(t)
    t:cmd('bdelete!')
    LATER['the list of the user'](t)
  end,
  ['the user, for this buffer'] = function(t) t:cmd('let b:hum_complete = v:false') end,
  ['what another program writes'] = function(t)
    t:cmd('silent write!')
    t:write_file('notes.src', '-----BEGIN PRIVATE KEY-----\n')
    t:cmd('edit!')
  end,
}

for what, happens in vim.spairs(LATER) do
  test('what was collected is in no prompt once a file is refused by ' .. what, complete.OPTS, function(t)
    local srv = complete.start(t, { text = '' }, { api = 'generate', complete = { extras = { edits = true } } })
    t:cmd('set hidden')
    t:write_file('other.src', table.concat(complete.lines(20, 5), '\n'))
    t:cmd('edit other.src')
    local lines = vim.tbl_map(function(line) return 'MARK ' .. line end, complete.lines(20, 61))
    complete.insert(t, lines, { name = 'notes.src' })
    complete.type(t, '<CR>MARK<Esc>')
    t:cmd('%yank')
    t:cmd('silent write!')
    happens(t)
    complete.wait_idle(t)
    complete.insert(t, complete.lines(5, 7), { name = 'main.src' })
    t:wait(function() return not t:lua('return require("hum.complete.backend").is_searching()') end, 'a backend')
    complete.wait_idle(t)
    local before = #complete.requests(srv)
    complete.type(t, 'x')
    t:wait(function() return #complete.requests(srv) > before end, 'something is asked')
    complete.wait_idle(t)
    complete.reset(srv)
    complete.type(t, '<CR>y')
    t:wait(function() return #complete.requests(srv) > 0 end, 'something is asked')
    for _, request in ipairs(complete.requests(srv)) do
      T.no_match('MARK', vim.inspect(request.body), true)
    end
  end)
end

test('what was collected of a buffer is forgotten with it when a secret comes into it', complete.OPTS, function(t)
  local srv = complete.start(t, { text = '' }, { api = 'infill' })
  t:cmd('set hidden')
  local lines = vim.tbl_map(function(line) return 'MARK ' .. line end, complete.lines(20, 61))
  complete.insert(t, lines, { name = 'notes.src' })
  complete.type(t, '<Esc>:%yank<CR>')
  t:cmd('silent write!')
  complete.insert(t, complete.lines(5, 7), { name = 'main.src' })
  complete.call(t, 'now')
  complete.wait_idle(t)
  local asked = t:wait(function()
    local requests = complete.requests(srv)
    return #requests > 0 and requests
  end, 'a request')
  T.match('MARK', vim.inspect(asked[#asked].body), true)
  complete.type(t, '<Esc>')
  t:cmd('buffer notes.src')
  t:lua([[vim.api.nvim_put({ '-----BEGIN PRIVATE KEY-----', 'MARK' }, 'l', true, true)]])
  complete.reset(srv)
  t:cmd('buffer main.src')
  complete.type(t, 'Gox')
  complete.wait_idle(t)
  complete.call(t, 'now')
  complete.wait_idle(t)
  asked = t:wait(function()
    local requests = complete.requests(srv)
    return #requests > 0 and requests
  end, 'a request')
  for _, request in ipairs(asked) do
    T.no_match('MARK', vim.inspect(request.body), true)
  end
end)

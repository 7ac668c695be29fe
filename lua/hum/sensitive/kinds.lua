-- Files that may hold secrets, by kind. In lower case, as they are compared without regard to it:
--
--   name         the last part of a path; "*" stands for anything within it, "#" for a digit, "@" for a hexadecimal one
--   .name        the same, with or without the dot in front: repositories of dotfiles leave it out
--   place/name   the end of a path
--   place/       anything in a directory of that name
--
-- Places without a dot or a slash in them, and names that begin so and go on at will, are for data alone: projects have
-- such folders, and code.
--
-- Sources, which each kind names:
--   gitrob       github.com/michenriksen/gitrob, filesignatures.json; shhgit has the same list, with more of it
--   dorks        github.com/techgaun/github-dorks, as in Plazmaz/leaky-repo
--   gitignore    github.com/github/gitignore, the templates of languages and tools
--   zed          zed.dev, the default of `disabled_globs`
--   docs         the tool's own documentation of where it keeps what

---@class hum.SensitiveKind
---@field what string       what such files hold, for users
---@field data? boolean     only of types that are data, or that nobody knows
---@field strict? boolean   an example of it is one, too
---@field [integer] string

---@type hum.SensitiveKind[]
return {
  -- gitrob, zed; Node.gitignore (of which examples are excepted); docs: direnv, docker, wrangler, flask
  { what = 'environment variables', '.env', '.env*', '*.env', '.envrc', '.dev.vars', '.dev.vars.*', '.flaskenv' },
  {
    what = 'environment variables',
    data = true,
    '*.env.*',
    '*.env-*',
    '*.env_*',
    'env.production',
    'env.prod',
    'env.staging',
    'env.local',
  },

  -- gitrob, dorks, zed; docs: OpenSSH, PuTTY, OpenSSL, Java
  -- stylua: ignore
  {
    what = 'keys or certificates',
    strict = true,
    '*.pem', '*.key', '*.p8', '*.p12', '*.pfx', '*.pkcs12', '*.pkcs8', '*.jks', '*.jceks', '*.bks', '*.keystore',
    '*.truststore', '*.ppk', '*.crt', '*.cert', '*.cer', '*.der', '*.keypair', '*.keytab', 'krb5cc_*', '*.priv',
    '*.privkey', '*.private', '*.pvk', '*.snk', '*.signing.key', '*.psk', 'ssh_host_*_key', '.ssh/',
    'etc/ssl/private/', 'etc/letsencrypt/', 'otr.private_key', '.chef/', 'puppet/ssl/', 'salt/pki/',
    'hs_ed25519_secret_key',
  },
  -- gitrob: ^.*_rsa$ and its like; docs: age, ssh-keygen
  -- stylua: ignore
  {
    what = 'keys',
    data = true,
    '*_rsa', 'id_rsa*', 'id_dsa*', 'id_ecdsa*', 'id_ed25519*', 'id_xmss*', 'authorized_keys', 'known_hosts',
    'keyfile', 'keyfile.*', '*keyfile', '*keyfile.bin', '*.keyfile', '*.jwk', '*jwk.json', '*jwks*private*.json',
    '*keypair.json', '*keypair.txt', 'adbkey', '*.sec', 'acme.json', '.lego/', 'identity.txt', '.age/',
    'keystore.json', '*_dsa', '*_ecdsa', '*_ed25519', '*-rsa', '*-ed25519', '*.rsa', '*.dsa', '*.ecdsa', '*.ed25519',
    'identity', 'keys.txt', 'key.txt', 'keys.json', 'key.json', 'keys.yml', 'keys.yaml', 'keys.toml', 'age.key',
    '*.agekey', 'privkey*', 'private.txt',
  },
  -- docs: GnuPG, age, sops, agenix
  -- stylua: ignore
  {
    what = 'encrypted text or its keys',
    strict = true,
    '*.gpg', '*.pgp', '*.asc', '*.age', '*.kbx', 'secring.*', 'trustdb.gpg', '.gnupg/', '*.yml.enc', '*.yaml.enc',
    '*.json.enc', '*.key.enc', '*.enc', 'sops/age/', '.sops/', '.config/age/', '*.ejson',
  },
  -- gitrob; docs: KeePass, pass, gopass, Bitwarden, 1Password, LastPass, GNOME, KDE, macOS, Enpass
  -- stylua: ignore
  {
    what = 'passwords',
    strict = true,
    '*.kdb', '*.kdbx', '*.psafe3', '*.agilekeychain', '*.1pif', '*.1pux', '*.opvault', '*.keychain', '*.keychain-db',
    '*.kwallet', '*.kwl', '*.keyring', '*.enpassdb', 'keepass*.xml', 'keepass*.csv', 'lastpass*.csv',
    'bitwarden*.json', 'bitwarden*.csv', '1password*.csv', '.password-store/', '.lpass/', 'bitwarden cli/data.json',
    'keyrings/', '.pki/', '.step/', '.local/share/gopass/', '.config/op/', 'wallet.dat', '*.wallet', 'utc--*',
    '.electrum/', '.bitcoin/', '.google_authenticator', 'aegis*.json', '*.2fas', '.private/', '.config/solana/',
    'solana/id.json', '.foundry/', '.brownie/', '.near-credentials/', '.ethereum/keystore/', 'pass.txt', 'pw.txt',
    'pwd.txt', 'logins.csv', 'logins.txt', '.rhosts', '.xauthority', '.iceauthority',
  },
  {
    what = 'passwords',
    data = true,
    '*_pass',
    '*-pass',
    '*.pass',
    '*_pass.txt',
    '*-pass.txt',
    'login.txt',
    'logins.*',
    'pass.csv',
    'pin.txt',
    'pins.txt',
    '.secretsrc',
    '*-users.properties',
  },
  -- gitrob: configuration of shells in which people set them
  -- stylua: ignore
  {
    what = 'environment variables',
    data = true,
    '.exports', '.extra', '.localrc', '.zshrc.local', '.zshenv.local', '.bashrc.local', '.bash_profile.local',
    '.profile.local', 'fish_variables',
  },
  -- stylua: ignore
  {
    what = 'recovery codes',
    data = true,
    '*recovery*code*', '*backup*code*', '*recovery*key*', '*mnemonic*', '*seed*phrase*', 'seed.txt', 'wallet.json',
    'wallet.txt',
  },

  -- gitrob, dorks; docs: curl, PostgreSQL, MySQL, Oracle, ODBC, MongoDB, DBeaver, dbt, Snowflake
  -- stylua: ignore
  {
    what = 'database passwords',
    '.pgpass', 'pgpass.conf', '.pg_service.conf', '.my.cnf', '*.my.cnf', '.mylogin.cnf', 'mysql/debian.cnf',
    '.odbc.ini', '.dbshell', '.mongorc.js', '.mongoshrc.js', '.mongodb/', 'cwallet.sso', 'dbeaver-data-sources.xml',
    '.dbeaver-data-sources.xml', 'credentials-config.json', 'robomongo.json', 'connections.xml', 'datasources.xml',
    'datasources.local.xml', 'favorites.plist', '.dbt/', '.snowsql/', '.snowflake/', '.myclirc', 'pgcli/config',
    'database.yml', 'mongoid.yml', 'userlist.txt', 'cqlshrc', '.cqlshrc', '.cassandra/', '.influxdbv2/',
    '.clickhouse-client/', '.duckdbrc', 'etc/redis/', 'etc/grafana/', 'grafana.ini', 'profiles.yml', 'airflow.cfg',
    'snowflake/connections.toml', 'connections.toml',
  },
  -- gitrob, dorks; docs: curl, wget, FileZilla, WinSCP, lftp, s3cmd, rclone, VS Code and Atom extensions of SFTP
  -- stylua: ignore
  {
    what = 'server passwords',
    '.netrc', '_netrc', '.curlrc', '_curlrc', '.wgetrc', 'filezilla.xml', 'recentservers.xml', 'sitemanager.xml',
    'winscp.ini', '.lftp/', 'sftp-config.json', 'sftp.json', '.ftpconfig', '.ftppass', '.remote-sync.json',
    'ftpsync.settings', 'deployment-config.json', 'webservers.xml', '.s3cfg', '.s3b', '.rclone.conf', '.putty/',
    '*.remmina', '.vnc/', 'borg/keys/', 'authinfo2', '.s3curl', 'boto.cfg', 'putty*.reg', '.duply/', '.duplicacy/',
    '.p4tickets', 'p4tickets.txt', '.p4enviro', '.dvc/config.local', '.minio/', 'snmpd.conf', 'snmp.conf',
    'nslcd.conf', '.smbcredentials', '.davfs2/', '*.rdp', 'ventrilo_srv.ini', 'cccam.cfg', '.trc', '.tugboat',
  },

  -- docs: aws, gcloud, az, oci, aliyun, ibmcloud, doctl, heroku, fly, vercel, netlify, wrangler, scaleway, databricks
  -- stylua: ignore
  {
    what = 'cloud credentials',
    '.aws/', 'aws/credentials', '.azure/', '.oci/', '.aliyun/', '.bluemix/', '.tccli/', '.boto', '.gsutil/',
    '.config/gcloud/', 'adc.json', '.clasprc.json', '.databrickscfg', '.databricks/', '.config/doctl/',
    'doctl/config.yaml', '.heroku/', 'heroku.json', '.fly/', 'com.vercel.cli/', '.vercel/', '.config/netlify/',
    '.netlify/config.json', '.wrangler/', '.config/.wrangler/', '.cloudflared/', '.config/scw/', '.config/hcloud/',
    '.config/linode-cli', '.config/vultr-cli.yaml', '.config/exoscale/', '.config/openstack/', 'clouds.yaml',
    'openrc', '*openrc.sh', '.config/rclone/', 'rclone.conf', '.ngrok2/', '.config/ngrok/', 'ngrok.yml',
    '.config/stripe/', 'local.settings.json', '*.publishsettings', '*.azurepubxml', '*.pubxml', '*.pubxml.user',
    '*.cscfg', '.config/configstore/', '.config/tailscale/', 'tailscaled.state', '.b2_account_info', '.config/b2/',
    '.digitalocean', '.digitalocean/', '.hcloud/', '.linode-cli', '.linode-cli/', '.ibmcloud/', '.tencentcloudcli/',
    'default.credential', '.scwrc', 'azureauth.json', 'azureprofile.json', 'cloudflare.ini', '.netlify/',
    'newrelic.yml', '.edgerc', '.ossutilconfig', '.obsutilconfig', '.cos.conf', '.mc/', 'exercism/user.json',
    '.doppler/', '.railway/', '.config/turso/', '.expo/state.json', '.acme.sh/',
  },
  -- gitrob: ^.*-[a-f0-9]{12}\.json$; docs: Firebase, Google
  -- stylua: ignore
  {
    what = 'service account keys',
    data = true,
    '*service*account*', '*firebase*adminsdk*', '*-@@@@@@@@@@@@.json', 'google-services.json',
    'googleservice-info.plist', '*oauth*client*', 'gcp*key*', 'gcloud*key*', 'serviceaccount*', 'sa-key*.json',
    '*-sa.json', 'sa_key*.json', '*firebase*key*.json', '*client_id*.json', '*oauth2*.json', 'oauth.json',
  },
  -- docs: kubectl, helm, k3s, talosctl, minikube, docker, podman, skopeo
  -- stylua: ignore
  {
    what = 'container or cluster credentials',
    '.docker/', '.dockercfg', '.dockerconfigjson', 'containers/auth.json', '.kube/', 'kubeconfig', 'kubeconfig.*',
    'kubeconfig-*', '*.kubeconfig', '*-kubeconfig', '*kubeconfig.yml', '*kubeconfig.yaml', '*kubeconfig.json',
    'k3s.yaml', 'etc/kubernetes/', 'etc/rancher/', '.rancher/', '.talos/', 'talosconfig', '.minikube/',
    '.config/helm/', 'helm/registry/', 'helm/repositories.yaml', 'dockerconfig.json', 'docker-config.json',
    'docker_config.json', 'registry-auth.json', 'kube.config', 'kube-config', 'kube-config.*', 'kube_config*',
    'admin.conf', 'super-admin.conf', 'kubelet.conf', 'bootstrap-kubelet.conf', 'rke2.yaml', '.config/containers/',
    '.config/argocd/', '.argocd/', 'run/secrets/', 'run/agenix/', 'run/keys/',
  },
  -- Terraform.gitignore; docs: terraform, pulumi, vault, ansible, chef
  -- stylua: ignore
  {
    what = 'infrastructure secrets',
    '*.sops.yml', '*.sops.yaml', '*.sops.json', '*.sops.env', '*.sops.ini', '.vaultrc', '*.tfstate', '*.tfstate.*',
    '*.tfvars', '*.tfvars.json', '*.pkrvars.hcl', '.terraform/', '.terraformrc', 'terraform.rc', '.terraform.d/',
    'terraform.tfstate.d/', '.pulumi/', '.vault-token', '.vault_token', '.vault_pass*', '.vault-pass*', 'vault_pass*',
    'vault-pass*', 'vaultpass*', '.vaultpass*', 'vault.yml', 'vault.yaml', 'vault.json', '*.vault', '*_vault.yml',
    '*_vault.yaml', '*-vault.yml', '*-vault.yaml', 'vault_*.yml', 'vault_*.yaml', 'vault-keys*', 'unseal*',
    'group_vars/all/vault', 'host_vars/vault', '.consul/', '.nomad/', '.packer.d/', 'unattend.xml',
    'autounattend.xml', 'sysprep.inf', 'sysprep.xml',
  },

  -- gitrob; docs: npm, yarn, pip, gem, bundler, cargo, maven, gradle, nuget, composer, poetry, hex, cabal, luarocks
  -- stylua: ignore
  {
    what = 'package registry tokens',
    '.npmrc', '.pnpmrc', '.yarnrc', '.yarnrc.yml', '.pypirc', 'pip.conf', 'pip.ini', '.gem/credentials',
    '.bundle/config', '.cargo/credentials', '.cargo/credentials.toml', '.m2/settings*.xml', '.mvn/settings.xml',
    'settings-security.xml', '.gradle/gradle.properties', 'nuget.config', 'pypoetry/', 'auth.json', 'auth.toml',
    'auth.yml', 'auth.yaml', 'auth.txt', 'auth.ini', '.cabal/config', '.condarc', '.jspmrc', '.sbt/credentials',
    'credentials.sbt', '.sbt/.credentials', '.ivy2/.credentials', '.luarocks/upload_config.lua', '.hex/hex.config',
    'pub-tokens.json', '.twinerc', '.pause', '.artifactory/', '.jfrog/', '.bintray/',
  },
  -- gitrob, dorks; docs: git, gh, hub, glab, tea, svn, mercurial, sentry, travis, circleci, sonar, coveralls
  -- stylua: ignore
  {
    what = 'repository credentials',
    '.git-credentials', '.git/config', 'git/credentials', '.git-credential-cache/', '.gitcookies', '.gitconfig.local',
    '.config/gh/', 'gh/hosts.yml', '.config/hub', '.config/glab-cli/', '.config/tea/', '.config/hut/', '.config/lab/',
    '.config/.jira/', '.config/github-copilot/', '.gist', '.gist-vim', '.github-token', '.cvspass', '.svn/auth/',
    '.subversion/auth/', '.subversion/servers', '.hgrc', '.hg/hgrc', '.arcrc', '.reviewboardrc', '.jira.d/', '.jira/',
    '.sentryclirc', '.travis/', '.circleci/cli.yml', '.coveralls.yml',
    'jenkins.plugins.publish_over_ssh.bapsshpublisherplugin.xml', 'credentials.xml', '.gitlab-runner/',
    'gitlab-runner/config.toml',
  },
  -- docs: huggingface, kaggle, codex, claude, gemini, aider, llm, autogen, wandb, jupyter
  -- stylua: ignore
  {
    what = 'keys for models or data sets',
    'kaggle.json', '.kaggle/', '.huggingface/', 'huggingface/token', '.claude.json', '.claude/.credentials.json',
    '.codeium/', 'oai_config_list', 'io.datasette.llm/keys.json', '.jupyter/', '.ipython/profile_default/',
    'jupyter/runtime/', '.wandb/settings', '.openai/', '.config/openai/', '.anthropic/', '.continue/config.*',
    '.aider.conf.yml', '.replicate/', '.cdsapirc', '.openai', '.config/wandb/', '.mcp.json', 'mcp.json',
    'mcp_config.json', 'claude_desktop_config.json', '.ecmwfapirc',
  },

  -- gitrob; docs: the shells, readline, the interpreters
  -- stylua: ignore
  {
    what = 'a command history',
    strict = true,
    '.*_history', '.*history', '.*-history', '.octave_hist', '.histdb', '.sqlcl/', '.bash_history', '.zsh_history',
    '.zhistory', '.histfile', '.history', '.sh_history', 'fish_history', 'consolehost_history.txt', '.lesshst',
    '.viminfo', '_viminfo', 'nushell/history.txt', '.mongosh/', 'repl_history.jl', '*.shada', '.rhistory',
    'ghci_history', '.local/share/atuin/',
  },
  {
    what = 'a command history',
    data = true,
    '*_history',
    '*-history',
    'history.txt',
    '.bash_sessions/',
    '.zsh_sessions/',
  },

  -- gitrob; docs: mutt, msmtp, isync, fetchmail, getmail, aerc, himalaya, postfix, gnus
  -- stylua: ignore
  {
    what = 'mail or chat passwords',
    '.slackcat', '.config/slack-term/', '.config/discordo/', '.signal/', 'signal-cli/', '.telegram-cli/', '*.session',
    '.authinfo', '.authinfo.*', 'authinfo.*', '.muttrc', '.neomuttrc', '.mutt/', '.config/mutt/', '.config/neomutt/',
    '.msmtprc', 'msmtp/config', '.mbsyncrc', 'mbsyncrc', 'isyncrc', '.isyncrc', '.offlineimaprc',
    'offlineimap/config', '.fetchmailrc', '.getmail/', '.getmailrc', 'getmailrc', '.esmtprc', '.ssmtprc',
    'ssmtp.conf', '.mailrc', '.nailrc', '.imapfilter/', 'imapnotify.conf', 'aerc/accounts.conf',
    'himalaya/config.toml', '.davmail.properties', 'davmail.properties', 'vdirsyncer/config', '.vdirsyncer/',
    'khard.conf', 'sasl_passwd', 'passwd.client', 'dovecot-sql.conf*', 'irssi/config', '.irssi/', '.weechat/',
    'weechat/sec.conf', 'weechat/irc.conf', 'servlist.conf', 'servlist_.conf', 'purple/accounts.xml', '.znc/',
    'profanity/', '.slackrc', '.slack-term', '.ircrc', 'gajim/', 'neochat/', 'iamb/', '.jrnl_config', 'journal.txt',
    '*.dayone', '*.gnucash',
  },
  -- gitrob; docs: OpenVPN, WireGuard, Cisco, NetworkManager, wpa_supplicant, iwd, strongSwan, ppp, netplan
  -- stylua: ignore
  {
    what = 'network keys',
    'wireguard.conf', 'ipsec.d/', 'openfortivpn.conf*', 'openfortivpn/', 'openfortivpn.config', 'vpnc.conf', '*.ovpn',
    '*.pcf', 'freeradius/', 'raddb/', 'turnserver.conf', 'etc/luks/', 'wireguard/', 'wg#*.conf', 'wg-*.conf',
    'wg_*.conf', '*.wg', '*-wg.conf', 'vpnc/', 'openvpn/', '*.vpnc', '*.mobileconfig', 'ipsec.secrets', 'swanctl/',
    'chap-secrets', 'pap-secrets', '*.nmconnection', 'system-connections/', 'wpa_supplicant*.conf', 'var/lib/iwd/',
    'hostapd*.conf', 'etc/netplan/', 'etc/tinc/', 'openconnect/', '.tor/', 'etc/ppp/', 'radsecproxy.conf', '*.tblk',
    'zerotier-one/', 'tunnelblick/',
  },

  -- gitrob, dorks; docs: passwd(5), sudo, visudo, vipw, Apache, proftpd, sssd, ldap, tomcat, jboss
  -- stylua: ignore
  {
    what = 'system passwords',
    'shadow', 'shadow-', 'gshadow', 'gshadow-', 'etc/passwd', 'etc/passwd-', 'etc/group-', 'master.passwd', 'spwd.db',
    'opasswd', 'sudoers', 'sudoers.d/', 'doas.conf', 'etc/ptmp', '.htpasswd', '.htdigest', '*.htpasswd', '*.htdigest',
    'proftpdpasswd', 'sssd.conf', 'crypttab', 'proc/*/environ', 'etc/libnss-ldap.conf', 'tomcat-users.xml',
    'mgmt-users.properties', 'application-users.properties', '*jaas*.conf', 'smbpasswd', 'krb5.keytab', 'slapd.conf',
    'pwfile', 'grub.d/01_users', 'user-data', 'cloud-init/', '*.tpm', '*.bek', 'elasticsearch.keystore',
    'configuration.user.xpl', 'recon-ng/keys.db',
  },

  -- gitrob, dorks; gitignore: Rails, Python, Symfony, Drupal, Magento, Joomla, Phoenix; docs: Arduino, WordPress
  -- stylua: ignore
  {
    what = 'application keys',
    'master.key', 'secret_token.rb', '*.secret.exs', 'local_settings.py', 'wp-config.php', 'slack*webhook*',
    '*webhook*.txt', 'wp-config-*.php', 'localsettings.php', 'config.inc.php', 'sites/default/settings.php',
    'settings.local.php', 'connectionstrings.config', 'app/etc/env.php', 'app/etc/local.xml', 'parameters.yml',
    'parameters.yaml', 'parameters.ini', 'arduino_secrets.h', 'keystore.properties', 'key.properties',
    'signing.properties', 'local.properties', '*.mobileprovision', '*.provisionprofile', '*.certsigningrequest',
    'authkey_*', 'homeserver.yaml', 'idea#*.key', 'idea.key', '*_cred.json', 'flows_cred.json', '.storage/',
    'jupyter_server_config.json', 'jupyter_notebook_config.json', '*.avastlic', '*.ica',
  },
  -- gitrob, dorks; docs: Firefox, Chromium, curl
  -- stylua: ignore
  {
    what = 'browser data',
    '.mozilla/', '.thunderbird/', '.config/signal/', 'logins.json', 'logins-backup.json', 'key3.db', 'key4.db',
    'signons.sqlite', 'cookies.txt', 'cookies.sqlite', 'cookie.txt', 'cookie.jar', 'cookies.json', '.cookies',
    '.config/google-chrome/', '.config/chromium/', '.config/bravesoftware/', '.config/vivaldi/', 'login data',
    'web data', '*.har', '*.cookie', '*.cookies', '.cookiejar', 'cookiejar*', 'qutebrowser/cookies',
  },

  -- docs and sources of kubectl (NAME-edit-), sops (a directory of digits), ansible-vault, eyaml, pass, gopass,
  -- chezmoi, visudo and crontab: what they decrypt or fetch to be edited
  -- stylua: ignore
  {
    what = 'text that a tool has decrypted',
    strict = true,
    'kubectl-edit-*', 'oc-edit-*', 'kubectl*-edit-*', 'k3s-edit-*', 'k9s-*-edit-*', 'helm-edit-*', '.ansible/tmp/',
    'ansible-local-*/', 'eyaml_edit*', 'pass.*/', 'gopass*/', 'dev/shm/', 'chezmoi-encrypted*/', 'sudoers.tmp',
    'etc/vipw*', 'etc/vigr*', 'sudoers.tmp-', '*.sudoers', 'sudoers*', 'tmp/sops*/', 'folders/*/*/t/sops*/',
    'ansible-vault*', 'ansible_vault*', 'tmp/vault*', 'tmp/*vault*', 'tmp/crontab.*', 'tmp/crontab.*/', '*.decrypted',
    '*.dec', '*.decrypted.*', '*.dec.yaml', '*.dec.yml', '*.dec.json', 'secrets.dec.*', '*.plain.yaml', '*.cleartext',
    'vault-edit-*', 'bw-edit-*',
  },
  {
    what = 'text that a tool has decrypted',
    strict = true,
    data = true,
    'tmp/#######*/',
    'tmp/#*-*.yml',
    'folders/*/*/t/#######*/',
  },
}
